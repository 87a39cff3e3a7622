import { describe, expect, it } from 'vitest';
import {
  createEngine,
  defineScenarios,
  FirstlineError,
  type FirstlineErrorCode,
  HTTP_STATUS,
  isFirstlineError,
  type ScenarioInput,
} from '../src/index';
import { FakeTransport } from '../src/testing/index';

const scenario = (more: Partial<ScenarioInput> & Record<string, unknown> = {}): ScenarioInput => ({
  id: 'HELP',
  description: 'Needs help',
  examples: ['help me', 'please help'],
  reply: { en: 'On it.' },
  ...more,
});

function fault(body: () => unknown): FirstlineError {
  try {
    body();
  } catch (error) {
    if (isFirstlineError(error)) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('defineScenarios', () => {
  it('lists every fault of every scenario in one error', () => {
    const error = fault(() =>
      defineScenarios([
        scenario({ id: 'lower case' }),
        scenario({ id: 'A', reply: { en: 'Hi {{client.name}}', ru: 'Привет {{nonsense}}' } }),
        scenario({ id: 'A', reply: { en: '{{broken' } }),
        scenario({ id: 'B', delay: 'soon' as never }),
        scenario({ id: 'C', typo: true }),
        scenario({ id: 'UNKNOWN' }),
      ]),
    );
    expect(error.code).toBe('invalid_scenarios');
    expect(error.issues.map((issue) => issue.path).sort()).toEqual(
      [
        'scenarios[0].id',
        'scenarios[1].reply.en',
        'scenarios[1].reply.ru',
        'scenarios[2].id',
        'scenarios[2].reply.en',
        'scenarios[2].reply.ru',
        'scenarios[3].delay',
        'scenarios[4]',
        'scenarios[5].id',
      ].sort(),
    );
    for (const issue of error.issues) expect(error.message).toContain(issue.message);
  });

  it('fills in the defaults, and takes its own result again', () => {
    const [checked] = defineScenarios([scenario({ delay: '3s' })]);
    expect(checked).toMatchObject({
      priority: 'normal',
      escalate: 'never',
      delayMs: 3_000,
      reminders: true,
      asksFor: null,
    });
    expect(defineScenarios([checked as never])).toEqual([checked]);
    expect(
      () => (checked as { priority: string }).priority === 'x' || Object.assign(checked as object, { priority: 'x' }),
    ).toThrow();
  });

  it('accepts a regional locale served by its language, and the host own variables', () => {
    const reply = { pt: 'Oi da {{company.name}}' };
    expect(defineScenarios([scenario({ reply })], { locales: ['pt-BR'], variables: ['company.name'] })).toHaveLength(1);
  });
});

describe('createEngine', () => {
  it.each([
    ['policy.reminders', { policy: { reminders: ['30m', '15m'] } }],
    ['policy.reminders[0]', { policy: { reminders: ['whenever'] } }],
    ['policy.escalation.minConfidence', { policy: { escalation: { minConfidence: 2 } } }],
    ['policy', { policy: { unknown: 1 } }],
    ['storage', { storage: {} }],
    ['cache', { cache: {} }],
    ['transports.webhook', { transports: { webhook: {} } }],
    ['tenant', { tenant: '' }],
    ['policy.work.lease', { policy: { work: { lease: '10s' } } }],
    ['defaultChannel.transport', { defaultChannel: { transport: 'none', address: {} } }],
    ['templates.greeting.en', { templates: { greeting: { ru: 'Привет' } } }],
  ])('names the faulty option %s', (path, options) => {
    const error = fault(() => createEngine({ scenarios: [scenario()], ...(options as object) }));
    expect(error.code).toBe('invalid_options');
    expect(error.issues.map((issue) => issue.path).concat(error.path ?? '')).toContain(path);
  });

  it.each([
    [{ transport: {} }, 'options: unknown key "transport"; did you mean `transports`?'],
    [{ Scenario: [] }, 'options: unknown key "Scenario"; did you mean `scenarios`?'],
    [{ database: 'x' }, 'options: unknown key "database"; known are scenarios, storage, classifier,'],
    [{ policy: { reminder: [] } }, 'policy: unknown key "reminder"; did you mean `reminders`?'],
    [{ policy: { sla: '1h' } }, 'policy: unknown key "sla"; known are receiving, greeting,'],
    [{ policy: { outage: { confrm: 'auto' } } }, 'policy.outage: unknown key "confrm"; did you mean `confirm`?'],
    [{ policy: { outage: { confirm: 'never' } } }, 'policy.outage.confirm: '],
    [{ policy: { greeting: true } }, 'policy.greeting: expected false or an object with again'],
    [{ policy: { reminders: false } }, 'policy.reminders: expected a list of durations; [] for none'],
    [{ policy: null }, 'policy: expected an object with receiving,'],
    [{ templates: { greetings: 'Hi' } }, 'templates: unknown key "greetings"; did you mean `greeting`?'],
    [{ templates: { goodbye: 'Bye' } }, 'templates: unknown key "goodbye"; known are greeting,'],
    [{ storage: Promise.resolve({}) }, 'storage: is a promise; await it first'],
    [{ storage: () => null }, 'storage: is a function; call it, as in sqliteStorage({ … })'],
    [{ transports: { webhook: () => null } }, 'transports.webhook: is a function; call it, as in'],
    [{ transports: [new FakeTransport()] }, 'transports: expected an object of transports by name'],
  ])('says what to change in %j', (options, line) => {
    const error = fault(() => createEngine({ scenarios: [scenario()], ...(options as object) }));
    expect(error.code).toBe('invalid_options');
    expect(error.message).toContain(`\n  - ${line}`);
  });

  it.each([[undefined], [null], ['x'], [[]]])('says that %j is no options', (options) => {
    const error = fault(() => createEngine(options as never));
    expect(error).toMatchObject({ code: 'invalid_options', path: 'options' });
    expect(error.message).toContain('- options: expected an object with scenarios, ');
  });

  it('refuses a lease shorter than a send', () => {
    const slow = Object.assign(new FakeTransport(), { timeoutMs: 88_000 });
    const error = fault(() => createEngine({ scenarios: [scenario()], transports: { slow } }));
    expect(error.message).toContain('policy.work.lease');
  });

  it('works with nothing but scenarios', async () => {
    const engine = createEngine({
      scenarios: [scenario(), scenario({ id: 'BILL', examples: ['my invoice is wrong'] })],
    });
    expect(await engine.receive({ clientId: 'c', text: 'please help' })).toMatchObject({
      status: 'answered',
      classification: { scenario: 'HELP', source: 'local' },
    });
    await engine.stop();
  });
});

describe('an error', () => {
  it.each(Object.entries(HTTP_STATUS) as [FirstlineErrorCode, number][])('%s would be a %i', (code, status) => {
    expect(new FirstlineError(code, 'x').status).toBe(status);
    expect(status >= 400 && status < 600).toBe(true);
  });

  it.each([
    ['invalid_input', 400],
    ['not_found', 404],
    ['conflict', 409],
    ['rate_limited', 429],
    ['internal', 500],
    ['storage_unavailable', 503],
  ] as const)('of %s has the status of HTTP for it', (code, status) => {
    expect(HTTP_STATUS[code]).toBe(status);
  });
});
