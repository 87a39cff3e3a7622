import { z } from 'zod';
import { type FirstlineIssue, issuesError } from '../errors';
import { UNKNOWN } from '../model/classification';
import { parseDuration } from '../model/duration';
import type { Attachment } from '../model/message';
import type { Scenario, ScenarioInput } from '../model/scenario';
import { attachmentsSchema } from './attachment-schema';
import { quickRepliesSchema, quickReplyIssues } from './quick-replies';
import { strictObject } from './strict-object';
import { replyKey } from './templates/default-templates';
import { buildTemplateCatalog, type TemplateSourceText } from './templates/template-catalog';

export interface DefineScenariosOptions {
  /** Locales that every reply must cover. Default: all locales that occur in any reply. */
  readonly locales?: readonly string[];
  /** Names of the host's own template variables, for example `['company.name']`; give their values to `createEngine`. */
  readonly variables?: readonly string[];
}

const durationSchema = z
  .union([z.string(), z.number()])
  .refine((value) => parseDuration(value) !== null, 'expected a duration such as "3s", "15m" or milliseconds');

const templateSchema = z.union([
  z.string(),
  z
    .record(z.string(), z.string())
    .refine((texts) => Object.keys(texts).length > 0, 'has no text; add at least one locale'),
]);

const scenarioSchema = strictObject({
  id: z
    .string()
    .regex(/^[A-Z][A-Z0-9_]{0,63}$/, 'expected capitals, digits and underscores, for example "BILLING"')
    .refine((id) => id !== UNKNOWN, '"UNKNOWN" is reserved for messages that fit no scenario'),
  description: z.string().trim().min(1, 'expected one sentence about what such a message is'),
  examples: z.array(z.string().trim().min(1, 'is empty')),
  reply: templateSchema.optional(),
  quickReplies: quickRepliesSchema.optional(),
  attachments: attachmentsSchema.optional(),
  priority: z.enum(['low', 'normal', 'high', 'urgent']).optional(),
  escalate: z.enum(['always', 'after-reply', 'never']).optional(),
  asksFor: z.string().trim().min(1).optional(),
  delay: durationSchema.optional(),
  reminders: z.boolean().optional(),
  asksForHuman: z.boolean().optional(),
  smallTalk: z.boolean().optional(),
  closes: z.boolean().optional(),
  service: z.string().trim().min(1).optional(),
  outage: z.boolean().optional(),
});

/**
 * Checks a set of scenarios and fills in the defaults. The result is frozen, and is what `createEngine` and
 * `localClassifier` take.
 *
 * @throws FirstlineError `invalid_scenarios`; its message and `issues` list every fault of every scenario: duplicate or
 * malformed ids, broken templates, unknown variables, missing locales, unknown members.
 */
export function defineScenarios(
  scenarios: readonly ScenarioInput[],
  options: DefineScenariosOptions = {},
): readonly Scenario[] {
  const issues: FirstlineIssue[] = [];
  const checked: Scenario[] = [];
  const places: number[] = [];
  if (!Array.isArray(scenarios) || scenarios.length === 0) {
    issues.push({ path: 'scenarios', message: 'expected a list with at least one scenario' });
  } else {
    const seen = new Set<string>();
    for (const [index, scenario] of scenarios.entries()) {
      const result = scenarioSchema.safeParse(withoutDerived(scenario));
      if (!result.success) {
        issues.push(...zodIssues(`scenarios[${index}]`, result.error));
        continue;
      }
      if (seen.has(result.data.id)) {
        issues.push({ path: `scenarios[${index}].id`, message: `"${result.data.id}" is used twice` });
      }
      seen.add(result.data.id);
      checked.push(toScenario(result.data));
      places.push(index);
    }
  }
  const sources = replySources(checked, places);
  const locales = options.locales ?? localesOf(sources);
  checked.forEach((one, at) => issues.push(...quickReplyIssues(one, `scenarios[${places[at] ?? at}]`, locales)));
  issues.push(...buildTemplateCatalog(sources, { locales, variables: options.variables ?? [] }).issues);
  if (issues.length > 0) throw issuesError('invalid_scenarios', 'The scenarios have faults:', issues);
  return Object.freeze(checked);
}

/** Replies as catalog entries; scenarios without one are left out. `places` are their numbers in the list as written. */
export function replySources(
  scenarios: readonly Scenario[],
  places?: readonly number[],
): readonly TemplateSourceText[] {
  return scenarios.flatMap(({ id, reply }, index) =>
    reply === null ? [] : [{ key: replyKey(id), path: `scenarios[${places?.[index] ?? index}].reply`, text: reply }],
  );
}

/** Every locale that occurs, in order of appearance. */
export function localesOf(sources: readonly TemplateSourceText[]): readonly string[] {
  return [...new Set(sources.flatMap(({ text }) => (typeof text === 'string' ? [] : Object.keys(text))))];
}

export function zodIssues(root: string, error: z.ZodError): readonly FirstlineIssue[] {
  return error.issues.flatMap(withinUnion).map((issue) => ({
    path: issue.path.reduce<string>(
      (path, key) =>
        typeof key === 'number' ? `${path}[${key}]` : path === '' ? String(key) : `${path}.${String(key)}`,
      root,
    ),
    message: issue.message,
  }));
}

type ZodIssue = Pick<z.core.$ZodIssue, 'path' | 'message'>;

/** Of alternatives, the one that was meant is told: where all but one are ruled out at once, its faults, else what may stand there. */
function withinUnion(issue: z.core.$ZodIssue): readonly ZodIssue[] {
  if (issue.code !== 'invalid_union' || issue.errors.length === 0) return [issue];
  const meant = issue.errors.find((faults) => faults.length > 0 && faults.every(({ path }) => path.length > 0));
  if (meant !== undefined) {
    return meant.flatMap(withinUnion).map(({ path, message }) => ({ path: [...issue.path, ...path], message }));
  }
  const expected = issue.errors.map(([fault]) =>
    fault === undefined ? null : (EXPECTED.exec(fault.message)?.[1] ?? null),
  );
  return expected.includes(null) ? [issue] : [{ ...issue, message: `expected ${expected.join(' or ')}` }];
}

const EXPECTED = /^(?:Invalid input: )?expected (.*?)(?:, received \w+)?$/;

/** A checked scenario may be given again, for example spread and changed; its filled-in form is turned back first. */
function withoutDerived(scenario: unknown): unknown {
  if (typeof scenario !== 'object' || scenario === null || !('delayMs' in scenario)) return scenario;
  const { delayMs, ...rest } = scenario as Record<string, unknown>;
  const given = Object.entries(rest).filter(([, value]) => value !== null);
  return { delay: delayMs, ...Object.fromEntries(given) };
}

function toScenario(input: z.infer<typeof scenarioSchema>): Scenario {
  const scenario: Scenario = {
    id: input.id,
    description: input.description,
    examples: Object.freeze([...input.examples]),
    reply: input.reply ?? null,
    quickReplies: input.quickReplies ?? null,
    attachments: (input.attachments ?? []) as readonly Attachment[],
    priority: input.priority ?? 'normal',
    escalate: input.escalate ?? 'never',
    asksFor: input.asksFor ?? null,
    delayMs: parseDuration(input.delay ?? 0) ?? 0,
    reminders: input.reminders ?? (input.reply !== undefined && input.smallTalk !== true && input.closes !== true),
    asksForHuman: input.asksForHuman ?? false,
    smallTalk: input.smallTalk ?? input.closes ?? false,
    closes: input.closes ?? false,
    service: input.service ?? null,
    outage: input.outage ?? false,
  };
  return Object.freeze(scenario);
}
