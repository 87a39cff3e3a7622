import { localClassifier } from './classification/local-classifier';
import type { Engine } from './engine-api';
import { FirstlineError, type FirstlineIssue, isFirstlineError, issuesError } from './errors';
import { memoryRateLimiter } from './memory/memory-rate-limiter';
import { memoryStorage } from './memory/memory-storage';
import { type Channel, channelKey } from './model/channel';
import { digest } from './model/digest';
import { canonicalJson, type JsonValue } from './model/json';
import type { Scenario, ScenarioInput } from './model/scenario';
import { checkOptions, type EngineOptions } from './options';
import {
  BUILT_IN_LOCALES,
  DEFAULT_TEMPLATES,
  type EngineTemplates,
  engineTemplateSources,
} from './policies/default-templates';
import { defineScenarios, localesOf, replySources } from './policies/define-scenarios';
import { buildTemplateCatalog, type TemplateCatalog } from './policies/template-catalog';
import type { Classifier } from './ports/classifier';
import type { Transport } from './ports/transport';
import type { EngineContext } from './runtime/context';
import { Deliverer } from './runtime/deliverer';
import { subscribe } from './runtime/feed';
import { health, stats } from './runtime/health';
import { uuidV7Source } from './runtime/id-source';
import { Lifecycle } from './runtime/lifecycle';
import { Operators } from './runtime/operators';
import { Processor } from './runtime/processor';
import { conversationReads, deliveryReads, explain, ticketReads } from './runtime/reads';
import { receive } from './runtime/receive';
import { Reminders } from './runtime/reminders';
import { silentLogger } from './runtime/silent-logger';
import { systemClock } from './runtime/system-clock';
import { type TicketChanges, updateTicket } from './runtime/tickets';
import { createWakeups } from './runtime/wakeups';
import { Worker } from './runtime/worker';

/**
 * Puts an engine together. Nothing is opened or started yet; see {@link Engine.start}.
 *
 * @throws FirstlineError `invalid_options` or `invalid_scenarios`, each listing every fault it found and naming the
 * option at fault.
 */
export function createEngine(options: EngineOptions): Engine {
  const context = createContext(options);
  const processor = new Processor(context);
  const reminders = new Reminders(context);
  const deliverer = new Deliverer(context);
  const worker = new Worker(context, processor, reminders, deliverer);
  const lifecycle = new Lifecycle(context, worker);
  const operators = new Operators(context, processor);

  return {
    start: () => lifecycle.start(),
    stop: () => lifecycle.stop(),
    receive: (input, receiveOptions = {}) => lifecycle.use(() => receive(context, processor, input, receiveOptions)),
    tick: () => lifecycle.use(() => worker.tick()),
    explain: (messageId) => lifecycle.use(() => explain(context, messageId)),
    health: () => health(context, worker.running),
    stats: () => lifecycle.use(() => stats(context)),
    conversations: lifecycle.guard(conversationReads(context)),
    tickets: lifecycle.guard({
      ...ticketReads(context),
      update: (ticketId: string, changes: TicketChanges) => updateTicket(context, ticketId, changes),
    }),
    deliveries: lifecycle.guard(deliveryReads(context)),
    operators: lifecycle.guard({
      takeOver: operators.takeOver.bind(operators),
      reply: operators.reply.bind(operators),
      release: operators.release.bind(operators),
      recordReply: operators.recordReply.bind(operators),
      resolve: operators.resolve.bind(operators),
    }),
    events: { subscribe: (params = {}) => lifecycle.follow((stopping) => subscribe(context, params, stopping)) },
  };
}

function createContext(options: EngineOptions): EngineContext {
  const policy = checkOptions(options);
  const variables = options.variables ?? {};
  const scenarios = checkScenarios(options, Object.keys(variables));
  const templates: EngineTemplates = { ...DEFAULT_TEMPLATES, ...options.templates };
  const locales = chooseLocales(options, scenarios);
  const transports = new Map(Object.entries(options.transports ?? {}));
  const clock = options.clock ?? systemClock();
  return {
    tenant: options.tenant ?? 'default',
    policy,
    scenarios: new Map(scenarios.map((scenario) => [scenario.id, scenario])),
    scenariosVersion: digest(canonicalJson([scenarios, templates] as unknown as JsonValue)).slice(0, 12),
    templates: checkTemplates(templates, scenarios, locales, Object.keys(variables)),
    reminderTexts: templates.reminders.length,
    locales,
    variables,
    storage: options.storage ?? memoryStorage(),
    classifier: options.classifier ?? localClassifier({ scenarios }),
    fallback: options.classifier === undefined ? null : fallbackClassifier(scenarios),
    transports,
    defaultChannel: checkDefaultChannel(options.defaultChannel, transports),
    rateLimiter: options.rateLimiter ?? memoryRateLimiter(),
    clock,
    ids: options.ids ?? uuidV7Source(clock),
    logger: options.logger ?? silentLogger(),
    wakeups: createWakeups(),
  };
}

function checkScenarios(options: EngineOptions, variables: readonly string[]): readonly Scenario[] {
  return defineScenarios(options.scenarios as readonly ScenarioInput[], {
    variables,
    ...(options.locales === undefined ? {} : { locales: options.locales }),
  });
}

/** Answers while the host's classifier is broken; trained only when that happens. Without examples nobody can. */
function fallbackClassifier(scenarios: readonly Scenario[]): Classifier {
  if (scenarios.some(({ examples }) => examples.length > 0)) return localClassifier({ scenarios });
  return { classify: () => Promise.reject(new FirstlineError('classifier_failed', 'the scenarios have no examples')) };
}

/** The locales every text must exist in. Replies that are plain strings say nothing about theirs. */
function chooseLocales(options: EngineOptions, scenarios: readonly Scenario[]): readonly string[] {
  if (options.locales !== undefined) return options.locales;
  const used = localesOf(replySources(scenarios));
  return used.length > 0 ? used : BUILT_IN_LOCALES;
}

function checkTemplates(
  templates: EngineTemplates,
  scenarios: readonly Scenario[],
  locales: readonly string[],
  variables: readonly string[],
): TemplateCatalog {
  const issues: FirstlineIssue[] = [];
  const sources = [...engineTemplateSources(templates), ...replySources(scenarios)];
  const built = buildTemplateCatalog(sources, { locales, variables });
  issues.push(...built.issues);
  if (issues.length > 0) throw issuesError('invalid_options', 'The templates have faults:', issues);
  return built.catalog;
}

function checkDefaultChannel(
  given: Channel | undefined,
  transports: ReadonlyMap<string, Transport>,
): EngineContext['defaultChannel'] {
  if (given === undefined) return null;
  const transport = transports.get(given.transport);
  if (transport === undefined) {
    throw new FirstlineError(
      'invalid_options',
      `defaultChannel.transport: no transport "${given.transport}" is configured`,
      {
        path: 'defaultChannel.transport',
      },
    );
  }
  try {
    const channel = { transport: given.transport, address: transport.checkAddress(given.address) };
    return { channel, key: channelKey(channel) };
  } catch (error) {
    const why = isFirstlineError(error) ? error.message : 'the transport refused it';
    throw new FirstlineError('invalid_options', `defaultChannel.address: ${why}`, {
      path: 'defaultChannel.address',
      cause: error,
    });
  }
}
