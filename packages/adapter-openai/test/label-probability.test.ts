import { describe, expect, it } from 'vitest';
import { labelProbability, type Token } from '../src/label-probability';

const token = (text: string, logprob: number): Token => ({ token: text, logprob, bytes: [...Buffer.from(text)] });
const of = (tokens: readonly Token[], value: unknown = 'A_B') => labelProbability(tokens, 'scenario', value);

describe('labelProbability', () => {
  it('is the product over the tokens of the label and its closing quote', () => {
    const tokens = [
      token('{"scenario": ', -1),
      token('"A', -0.1),
      token('_', -0.2),
      token('B', -0.3),
      token('",', -0.4),
      token('"x', -9),
    ];
    expect(of(tokens)).toBeCloseTo(Math.exp(-1), 10);
    expect(of([token('{"scenario":"A_B"}', -0.5)])).toBeCloseTo(Math.exp(-0.5), 10);
  });

  it('finds the label behind letters that are spread over tokens', () => {
    const [first, second] = [[0xd0], [0xbf]].map((bytes) => ({ token: '\ufffd', logprob: -5, bytes }));
    const tokens = [
      token('{"reasoning":"', -5),
      first!,
      second!,
      token('","scenario":"', -5),
      token('A_B"', -0.5),
      token('}', -5),
    ];
    expect(of(tokens)).toBeCloseTo(Math.exp(-0.5), 10);
  });

  it('is not misled by the same words inside a text', () => {
    const tokens = [
      token('{"reasoning":"\\"scenario\\":\\"A_B\\"",', -5),
      token('"scenario":', 0),
      token('"A_B"', -0.7),
      token('}', 0),
    ];
    expect(of(tokens)).toBeCloseTo(Math.exp(-0.7), 10);
  });

  it('does without bytes, and takes a token out of the top twenty for impossible', () => {
    expect(of([{ token: '{"scenario":"A_B"}', logprob: -9999, bytes: null }])).toBe(0);
  });

  it('is null where it cannot be told', () => {
    const tokens = [token('{"scenario":"A_B"}', -0.5)];
    expect(of([])).toBeNull();
    expect(of(tokens, 'A')).toBeNull();
    expect(of(tokens, 5)).toBeNull();
    expect(of(tokens, null)).toBeNull();
    expect(labelProbability(tokens, 'other', 'A_B')).toBeNull();
    expect(of([token('{"scenario":"A_B"}', Number.NaN)])).toBeNull();
  });
});
