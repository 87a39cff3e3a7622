import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FirstlineError, type Logger, redactingLogger } from '../src/index';
import { buildRedactionPolicy } from '../src/policies/redaction/redaction-policy';

const CARD = '4111 1111 1111 1111';
const LEVELS = ['debug', 'info', 'warn', 'error'] as const;

interface Line {
  readonly level: string;
  readonly fields: unknown;
  readonly message: string;
}

function recorder(): Logger & { readonly lines: Line[] } {
  const lines: Line[] = [];
  const at = (level: string) => (fields: unknown, message: string) => void lines.push({ level, fields, message });
  return { lines, debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

/** What reaches the logger below. */
function logged(fields: Record<string, unknown>, policy = buildRedactionPolicy()): unknown {
  const below = recorder();
  redactingLogger(below, policy).info(fields, 'm');
  expect(below.lines).toHaveLength(1);
  return below.lines[0]!.fields;
}

describe('redactingLogger', () => {
  it('redacts the message and the fields of every level', () => {
    const below = recorder();
    const logger = redactingLogger(below, buildRedactionPolicy());
    for (const level of LEVELS) logger[level]({ messageId: 'm-1', to: 'anna@example.com' }, `paid with ${CARD}`);
    expect(below.lines).toEqual(
      LEVELS.map((level) => ({ level, fields: { messageId: 'm-1', to: '[email]' }, message: 'paid with [card]' })),
    );
  });

  it('goes into lists, objects and what becomes text in JSON, and into names', () => {
    const fields = {
      list: [CARD, { deep: [`+7 912 345-67-89`] }],
      'anna@example.com': 1,
      url: new URL('https://user:pass@example.com/?token=abc'),
      at: new Date(0),
      map: new Map([['a', CARD]]),
      count: 4_111_111_111_111_111,
      none: null,
      missing: undefined,
      yes: true,
      run: () => CARD,
    };
    expect(logged(fields)).toEqual({
      list: ['[card]', { deep: ['[phone]'] }],
      '[email]': 1,
      url: 'https://[token]@example.com/?token=[token]',
      at: '1970-01-01T00:00:00.000Z',
      map: {},
      count: 4_111_111_111_111_111,
      none: null,
      missing: undefined,
      yes: true,
      run: undefined,
    });
    expect(fields.list[0]).toBe(CARD);
  });

  it('leaves name and code of an error, at any depth', () => {
    const cause = new Error(CARD);
    const error = new FirstlineError('invalid_input', `text: ${CARD}`, { path: 'text', cause });
    const system = Object.assign(new TypeError('x'), { code: 13, address: 'anna@example.com' });
    expect(logged({ error, inner: [{ system }], cause })).toEqual({
      error: { name: 'FirstlineError', code: 'invalid_input' },
      inner: [{ system: { name: 'TypeError', code: 13 } }],
      cause: { name: 'Error' },
    });
  });

  it('hides what its name calls a secret, unless tokens are not to be hidden', () => {
    const fields = { password: 'hunter2', headers: { Authorization: 'x', 'x-api-key': 'y' }, tokens: 12, secret: '' };
    const hidden = { password: '[token]', headers: { Authorization: '[token]', 'x-api-key': '[token]' } };
    expect(logged(fields)).toEqual({ ...hidden, tokens: 12, secret: '' });
    expect(logged(fields, buildRedactionPolicy({ kinds: ['card'] }))).toEqual(fields);
  });

  it('keeps ids, codes and times as they are', () => {
    const fields = {
      messageId: '0190a6f1-7b1c-7c3e-8f00-123456789012',
      code: 'storage_unavailable',
      at: '2026-01-31T10:20:30.000Z',
      lane: { kind: 'deliver', dueAt: 1_767_225_600_000 },
    };
    expect(logged(fields)).toEqual(fields);
  });

  it('ends where an object refers to itself, is too deep or too large', () => {
    const self: Record<string, unknown> = { text: CARD };
    for (let index = 0; index < 10; index += 1) self[`again${index}`] = self;
    const line = JSON.stringify(logged({ self, many: Array.from({ length: 5_000 }, () => CARD) }));
    expect(line).toContain('[more]');
    expect(line).not.toContain(CARD);
    expect(line.length).toBeLessThan(100_000);
  });

  it('never throws: neither for what cannot be read nor where the logger below fails', () => {
    const angry = {
      get text(): string {
        throw new Error(CARD);
      },
    };
    expect(logged(angry)).toEqual({ fields: '[unreadable]' });
    expect(logged({ toJSON: () => CARD })).toEqual({});
    const failing = recorder();
    failing.info = () => {
      throw new Error('disk full');
    };
    expect(() => redactingLogger(failing, buildRedactionPolicy()).info({}, 'm')).not.toThrow();
    const proxy = new Proxy({}, { ownKeys: () => [Symbol('x'), 1] as never });
    expect(() => logged({ proxy })).not.toThrow();
  });

  it('lets no card number through in any fields', () => {
    const text = fc.oneof(fc.string(), fc.constantFrom(CARD, `x ${CARD}`, 'a'));
    const fields = fc.dictionary(fc.string(), fc.anything({ values: [text], key: text, maxDepth: 5, withMap: true }));
    fc.assert(
      fc.property(fields, text, (given, message) => {
        const below = recorder();
        redactingLogger(below, buildRedactionPolicy()).warn(given, message);
        expect(below.lines).toHaveLength(1);
        expect(JSON.stringify(below.lines)).not.toContain(CARD);
      }),
    );
  });

  it('does nothing for a level that is silent, where the logger can tell', () => {
    let read = 0;
    const below = Object.assign(recorder(), { isLevelEnabled: (level: string) => level === 'error' });
    const logger = redactingLogger(below, buildRedactionPolicy());
    const fields = {
      get text(): string {
        read += 1;
        return CARD;
      },
    };
    logger.debug(fields, 'm');
    logger.error(fields, 'm');
    expect([read, below.lines.length]).toEqual([1, 1]);
  });

  it('calls the logger below as its method', () => {
    class Counting implements Logger {
      #lines = 0;
      debug = (): void => undefined;
      warn = this.debug;
      error = this.debug;
      info(): void {
        this.#lines += 1;
      }
      get lines(): number {
        return this.#lines;
      }
    }
    const below = new Counting();
    redactingLogger(below, buildRedactionPolicy({ models: false })).info({}, 'm');
    expect(below.lines).toBe(1);
  });

  it('redacts nothing where that is not wanted, and even then throws nothing', () => {
    const below = recorder();
    const broken = (): never => {
      throw new Error('full');
    };
    const failing = { debug: broken, info: broken, warn: broken, error: broken };
    for (const policy of [buildRedactionPolicy({ logs: false }), buildRedactionPolicy(false)]) {
      redactingLogger(below, policy).warn({ card: CARD }, CARD);
      expect(below.lines.splice(0)).toEqual([{ level: 'warn', fields: { card: CARD }, message: CARD }]);
      expect(() => redactingLogger(failing, policy).error({}, 'm')).not.toThrow();
    }
  });
});
