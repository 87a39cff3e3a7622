import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { redact } from '../src/index';
import { REDACTION_KINDS } from '../src/model/redaction';
import { passesLuhn } from '../src/policies/redaction/luhn';
import { buildRedactionPolicy, redactionData, redactionPolicySchema } from '../src/policies/redaction/redaction-policy';
import { ENDLESS, HIDDEN, KEPT } from './support/redact-cases';

/** A number of so many digits that passes Luhn's formula. */
const luhnValid = fc
  .array(fc.integer({ min: 0, max: 9 }), { minLength: 12, maxLength: 18 })
  .map((digits) => digits.join(''))
  .map((body) => body + [...'0123456789'].find((check) => passesLuhn(body + check))!);
const words = fc.string({ unit: fc.constantFrom(...'abc яжё 0129 -.,:+()@/=_sk\n['), maxLength: 40 });
/** Pieces that redaction looks at, in any order and without anything between them. */
const fragments = fc
  .array(
    fc.oneof(
      fc.constantFrom(...HIDDEN.map(([text]) => text), ...KEPT),
      fc.constantFrom(
        '[card]',
        '[token]',
        '[',
        ']',
        ' ',
        '-',
        '+',
        '@',
        ': ',
        '8',
        '0',
        'пароль',
        'password=',
        'Bearer ',
      ),
      fc.string({ maxLength: 5 }),
    ),
    { maxLength: 8 },
  )
  .map((parts) => parts.join(''));

describe('redact', () => {
  it.each(HIDDEN)('hides what is personal in %j', (text, expected) => {
    expect(redact(text)).toBe(expected);
  });

  it.each(KEPT)('leaves %j alone', (text) => {
    expect(redact(text)).toBe(text);
  });

  it('lets no card number through, whatever stands around it and however it is grouped', () => {
    const grouped = fc
      .tuple(luhnValid, fc.integer({ min: 2, max: 6 }), fc.constantFrom('', ' ', '-', ' - ', '\u00a0', '\u2013'))
      .map(([digits, size, gap]) => [digits, digits.match(new RegExp(`.{1,${size}}`, 'g'))!.join(gap)] as const);
    fc.assert(
      fc.property(words, grouped, words, (before, [digits, written], after) => {
        // A digit right beside it makes it another number.
        const text = `${before.replace(/\d+$/, '')}${written}${after.replace(/^\d+/, '')}`;
        expect(redact(text).replace(/\D/g, '')).not.toContain(digits);
      }),
      { numRuns: 2_000 },
    );
  });

  it('changes nothing in words without digits, at signs and secrets', () => {
    const letters = fc.string({ unit: fc.constantFrom(...'abcdeyJkABC абвёЖ.,!?-()[]«»—\n\t😀'), maxLength: 300 });
    fc.assert(
      fc.property(letters, (text) => {
        expect(redact(text)).toBe(text);
      }),
    );
  });

  it('changes nothing more the second time, with any kinds', () => {
    fc.assert(
      fc.property(fragments, fc.subarray([...REDACTION_KINDS]), (text, kinds) => {
        const once = redact(text, { kinds });
        expect(redact(once, { kinds })).toBe(once);
      }),
      { numRuns: 3_000 },
    );
  });

  it('takes any string, lone surrogates too, and keeps what stands around a finding as it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 100 }), (text) => {
        expect(redact(redact(text))).toBe(redact(text));
      }),
    );
    const around = fc.string({
      unit: fc.constantFrom('\ud800', 'é', 'e\u0301', 'я', '😀', '\u0000', '\r\n', '٪'),
      maxLength: 9,
    });
    fc.assert(
      fc.property(around, around, (before, after) => {
        expect(redact(`${before} 4111 1111 1111 1111 ${after}`)).toBe(`${before} [card] ${after}`);
      }),
    );
  });

  it.each(ENDLESS)('comes to an end with 4,000 characters of %j', (unit) => {
    const text = unit.repeat(4_000 / unit.length);
    const once = redact(text);
    expect(redact(once)).toBe(once);
    expect(redact(`${text} 4111 1111 1111 1111`)).not.toContain('4111 1111 1111 1111');
  });

  it('hides the chosen kinds only', () => {
    const text = 'a@b.co, +7 912 345-67-89, 4111 1111 1111 1111';
    expect(redact(text, { kinds: ['email'] })).toBe('[email], +7 912 345-67-89, 4111 1111 1111 1111');
    expect(redact(text, { kinds: [] })).toBe(text);
  });

  it('hides what the host names, global or not, and leaves its expression alone', () => {
    const pattern = /ДГ-\d{4}/g;
    pattern.lastIndex = 3;
    const extra = [
      { name: 'contract', pattern },
      { name: 'Our Name]', pattern: /acme/i },
      { name: 'empty', pattern: /x*/ },
    ];
    expect(redact('ДГ-1234 и ДГ-5678 у ACME', { extra })).toBe('[contract] и [contract] у [ourname]');
    expect(pattern.lastIndex).toBe(3);
    expect(redact('[contract] ДГ-12345678', { extra: [{ name: 'contract', pattern: /\d{4}|contract/ }] })).toBe(
      '[contract] ДГ-[contract][contract]',
    );
  });

  it('gives up the whole text rather than not to come to an end', () => {
    // Each pass frees one more for a pattern that asks for the beginning.
    expect(redact('x'.repeat(40), { extra: [{ name: 'x', pattern: /^x/ }] })).toBe('[redacted]');
    expect(redact('[redacted]')).toBe('[redacted]');
  });
});

describe('redaction policy', () => {
  it('is on, switched off as a whole, and chosen in parts', () => {
    const all = { models: true, logs: true, kinds: [...REDACTION_KINDS], extra: [] };
    expect(buildRedactionPolicy()).toEqual(all);
    expect(buildRedactionPolicy(false)).toEqual({ ...all, models: false, logs: false });
    expect(buildRedactionPolicy({ models: false, kinds: ['card'] })).toEqual({
      ...all,
      models: false,
      kinds: ['card'],
    });
  });

  it('becomes JSON, for the version of the policy', () => {
    const extra = [{ name: 'contract', pattern: /ДГ-\d+/giu }];
    expect(redactionData(buildRedactionPolicy({ extra }))).toMatchObject({ extra: [['contract', '/ДГ-\\d+/giu']] });
  });

  it.each([
    [true],
    [{ kinds: ['address'] }],
    [{ log: true }],
    [{ extra: [{ name: 'card', pattern: /x/ }] }],
    [{ extra: [{ name: 'Contract', pattern: /x/ }] }],
    [{ extra: [{ name: 'a', pattern: /x*/ }] }],
    [{ extra: [{ name: 'a', pattern: 'x' }] }],
    [
      {
        extra: [
          { name: 'a', pattern: /x/ },
          { name: 'a', pattern: /y/ },
        ],
      },
    ],
  ])('refuses %j', (options) => {
    expect(redactionPolicySchema.safeParse(options).success).toBe(false);
  });

  it('takes false, nothing and everything', () => {
    const full = { models: true, logs: false, kinds: ['email'], extra: [{ name: 'contract-2', pattern: /x/g }] };
    for (const options of [false, {}, full]) expect(redactionPolicySchema.safeParse(options).success).toBe(true);
  });
});
