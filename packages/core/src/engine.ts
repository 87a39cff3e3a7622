import { localClassifier } from './classification/local-classifier';
import type { Engine } from './engine-api';
import { FirstlineError, isFirstlineError } from './errors';
import { memoryCache } from './memory/memory-cache';
import { memoryRateLimiter } from './memory/memory-rate-limiter';
import { memoryStorage } from './memory/memory-storage';
import { type Channel, channelKey } from './model/channel';
import type { Delivery } from './model/delivery';
import { digest } from './model/digest';
import { canonicalJson, type JsonValue } from './model/json';
import type { Scenario } from './model/scenario';
import { checkOptions, type EngineOptions } from './options';
import { decisionGround } from './policies/decision-ground';
import type { Classifier } from './ports/classifier';
import type { Transport } from './ports/transport';
import { AttemptVerdicts } from './runtime/attempt-verdicts';
import type { EngineContext } from './runtime/context';
import { correct, type CorrectParams } from './runtime/corrections';
import { Deliverer } from './runtime/deliverer';
import { DueLane } from './runtime/due-lane';
import { EndpointHealth } from './runtime/endpoint-health';
import { endpoints, outboxStatus } from './runtime/endpoints';
import { subscribe } from './runtime/feed';
import { FeedReads } from './runtime/feed-reads';
import { health } from './runtime/health';
import { announcer } from './runtime/announcer';
import { Detection } from './runtime/detection';
import { IncidentBook } from './runtime/incident-book';
import { incidentDesk } from './runtime/incidents';
import { Housekeeping } from './runtime/housekeeping';
import { uuidV7Source } from './runtime/id-source';
import { ingressFor } from './runtime/ingress';
import { Lifecycle } from './runtime/lifecycle';
import { Operators } from './runtime/operators';
import { privacy } from './runtime/privacy';
import { Processor } from './runtime/processor';
import { conversationReads, deliveryReads, explain, ticketReads } from './runtime/reads';
import { receive } from './runtime/receive';
import { recordedReports } from './runtime/recorded-reports';
import { redactingLogger } from './runtime/redacting-logger';
import { reminderChanges } from './runtime/reminder-changes';
import { replayOne, type ReplayParams, replayRange, type ReplayRange, type ReplayResult } from './runtime/replay';
import { silentLogger } from './runtime/silent-logger';
import { Statistics } from './runtime/statistics';
import { systemClock } from './clock/system-clock';
import { TemplateChanges } from './runtime/template-changes';
import { TemplateStore } from './runtime/template-store';
import { type ClaimParams, claimNext, claimTicket, type TicketChanges, updateTicket } from './runtime/tickets';
import { localDispatcher } from './runtime/local-dispatcher';
import { Wakeups } from './runtime/wakeups';
import { Typing } from './runtime/typing';
import { watchChanges } from './runtime/watch-changes';
import { Worker } from './runtime/worker';

/**
 * Puts an engine together. Nothing is opened or started yet; see {@link Engine.start}.
 *
 * @throws FirstlineError `invalid_options` or `invalid_scenarios`, each listing every fault it found and naming the
 * option at fault.
 */
export function createEngine(options: EngineOptions): Engine {
  const context = createContext(options);
  const endpointHealth = new EndpointHealth(context);
  const processor = new Processor(context);
  const nothing = (): Promise<null> => Promise.resolve(null);
  const lanes = {
    process: processor,
    remind: new DueLane(
      context,
      'remind',
      (lease, state, now) =>
        state.reminder === null ? null : reminderChanges({ context, lease, state, reminder: state.reminder, now }),
      nothing,
    ),
    watch: new DueLane(context, 'watch', (lease, state, now) => watchChanges(context, lease, state, now), nothing),
    announce: announcer(context),
    deliver: new Deliverer(context, endpointHealth, new AttemptVerdicts(context, endpointHealth)),
  };
  const housekeeping = new Housekeeping(context);
  const worker = new Worker(context, lanes, new Detection(context), housekeeping);
  const take: Engine['receive'] = (input, receiveOptions = {}) =>
    lifecycle.use(() => receive(context, processor, input, receiveOptions));
  const lifecycle: Lifecycle = new Lifecycle(context, worker, (transport) =>
    ingressFor(context, endpointHealth, transport, (input) => take(input, { wait: false })),
  );
  const operators = new Operators(context, processor);
  const statistics = new Statistics(context);
  const reads = new FeedReads(context.storage, context.tenant);

  return {
    start: () => lifecycle.start(),
    stop: () => lifecycle.stop(),
    receive: take,
    tick: () => lifecycle.use(() => worker.tick()),
    explain: (messageId) => lifecycle.use(() => explain(context, messageId)),
    health: () => health(context, worker.running),
    stats: (params = {}) => lifecycle.use(() => statistics.read(params)),
    conversations: lifecycle.guard(conversationReads(context)),
    tickets: lifecycle.guard({
      ...ticketReads(context),
      update: (ticketId: string, changes: TicketChanges) => updateTicket(context, ticketId, changes),
      claim: (ticketId: string, params: ClaimParams) => claimTicket(context, ticketId, params),
      claimNext: (params: ClaimParams) => claimNext(context, params),
    }),
    incidents: {
      ...lifecycle.guard(incidentDesk(context)),
      recorded: (params = {}) => lifecycle.follow(() => recordedReports(context, params)),
    },
    deliveries: {
      ...lifecycle.guard({
        ...deliveryReads(context),
        status: () => outboxStatus(context),
      }),
      replay: replayWith(context, lifecycle),
      endpoints: lifecycle.guard(endpoints(context, endpointHealth)),
    },
    operators: lifecycle.guard({
      takeOver: operators.takeOver.bind(operators),
      reply: operators.reply.bind(operators),
      release: operators.release.bind(operators),
      recordReply: operators.recordReply.bind(operators),
      resolve: operators.resolve.bind(operators),
      note: operators.note.bind(operators),
      correct: (messageId: string, scenario: string, params?: CorrectParams) =>
        correct(context, messageId, scenario, params),
    }),
    privacy: lifecycle.guard(privacy(context, housekeeping)),
    templates: {
      status: () => context.templates.status(),
      check: (texts) => context.templates.check(texts),
    },
    events: { subscribe: (params = {}) => lifecycle.follow((stopping) => subscribe(context, reads, params, stopping)) },
  };
}

function replayWith(context: EngineContext, lifecycle: Lifecycle): Engine['deliveries']['replay'] {
  function replay(deliveryId: string, params?: ReplayParams): Promise<Delivery>;
  function replay(range: ReplayRange): Promise<ReplayResult>;
  function replay(what: string | ReplayRange, params: ReplayParams = {}): Promise<Delivery | ReplayResult> {
    return lifecycle.use<Delivery | ReplayResult>(() =>
      typeof what === 'string' ? replayOne(context, what, params) : replayRange(context, what),
    );
  }
  return replay;
}

function createContext(options: EngineOptions): EngineContext {
  const policy = checkOptions(options);
  const { scenarios, byId, locales, variables, templates, catalog, reminderTexts } = decisionGround(options, policy);
  const transports = new Map(Object.entries(options.transports ?? {}));
  const clock = options.clock ?? systemClock();
  const logger = options.logger === undefined ? silentLogger() : redactingLogger(options.logger, policy.privacy);
  const scenariosVersion = digest(canonicalJson(scenarios as unknown as JsonValue)).slice(0, 12);
  const tenant = options.tenant ?? 'default';
  const store = new TemplateStore({
    templates,
    catalog,
    source: options.templateSource ?? null,
    ...(options.cache === undefined ? {} : { changes: new TemplateChanges(options.cache, tenant, clock) }),
    clock,
    logger,
  });
  const storage = options.storage ?? memoryStorage();
  const dispatcher = options.dispatcher ?? localDispatcher();
  return {
    tenant,
    policy,
    scenarios: byId,
    versions: () => ({
      policy: policy.version,
      scenarios: scenariosVersion,
      templates: store.status().version,
    }),
    templates: store,
    reminderTexts,
    locales,
    variables,
    peopleThere: peopleThere(options.peopleAvailable, logger),
    storage,
    classifier: options.classifier ?? localClassifier({ scenarios }),
    fallback: options.classifier === undefined ? null : fallbackClassifier(scenarios),
    transports,
    defaultChannel: checkDefaultChannel(options.defaultChannel, transports),
    cache: options.cache ?? memoryCache({ clock }),
    rateLimiter: options.rateLimiter ?? memoryRateLimiter(),
    onAlert: options.onAlert ?? (() => undefined),
    typing: new Typing(clock, transports),
    clock,
    ids: options.ids ?? uuidV7Source(clock),
    logger,
    dispatcher,
    wakeups: new Wakeups({
      ...{ tenant, clock, dispatcher, sweepMs: policy.work.sweepMs },
      signals: storage.signals ?? null,
    }),
    watchesOutages: policy.outage.enabled && scenarios.some(({ outage }) => outage),
    incidents: new IncidentBook({ tenant, policy, scenarios: byId, storage }),
  };
}

/** Where the host cannot say it, people are there within their hours, as by default; no message waits for the word. */
function peopleThere(ask: EngineOptions['peopleAvailable'], logger: EngineContext['logger']): () => boolean {
  return () => {
    try {
      return ask?.() ?? true;
    } catch (error) {
      logger.warn({ error: error instanceof Error ? error.name : typeof error }, 'peopleAvailable failed');
      return true;
    }
  };
}

/** Answers while the host's classifier is broken; trained only when that happens. Without examples nobody can. */
function fallbackClassifier(scenarios: readonly Scenario[]): Classifier {
  if (scenarios.some(({ examples }) => examples.length > 0)) return localClassifier({ scenarios });
  return { classify: () => Promise.reject(new FirstlineError('classifier_failed', 'the scenarios have no examples')) };
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
