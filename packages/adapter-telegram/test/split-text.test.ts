import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitRanges } from '../src/split-text';

const parts = (text: string, limit: number): string[] =>
  splitRanges(text, limit).map(({ from, to }) => text.slice(from, to));

describe('a text is cut', () => {
  it.each([
    ['nowhere, where it fits', 'nine char', 9, ['nine char']],
    ['between paragraphs', 'aaaa aaa.\n\nbbbb bb\nb', 12, ['aaaa aaa.', 'bbbb bb\nb']],
    ['else between lines', 'aaaa a. aa\nbbbb bbb', 12, ['aaaa a. aa', 'bbbb bbb']],
    ['else between sentences', 'aa aa aa. bb bbb bb', 12, ['aa aa aa.', 'bb bbb bb']],
    ['else between words', 'aaa bbb ccc ddd', 8, ['aaa bbb', 'ccc ddd']],
    ['not so early that a stump is left', 'a\n\nbbb bbb bbb', 10, ['a\n\nbbb bbb', 'bbb']],
    ['within a word that is too long', 'abcdefghij', 4, ['abcd', 'efgh', 'ij']],
    ['never within a surrogate pair', '😀😀😀', 3, ['😀', '😀', '😀']],
    ['never within a family', 'ab👨‍👩‍👧cd', 9, ['ab', '👨‍👩‍👧c', 'd']],
    ['never between a letter and its accent', 'abe\u0301f', 3, ['ab', 'e\u0301f']],
    ['never between an emoji and its skin', 'a👍🏽b', 3, ['a', '👍🏽'.slice(0, 2), '🏽b']],
  ])('%s', (_what, text, limit, expected) => {
    expect(parts(text, limit)).toEqual(expected);
  });

  it('so that every part fits, nothing but white space is lost and no pair is torn', () => {
    const piece = fc.constantFrom('a', 'bc', ' ', '\n', '\n\n', '. ', '😀', '👨‍👩‍👧', 'e\u0301', 'длинноеслово');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), fc.integer({ min: 2, max: 30 }), (pieces, limit) => {
        const text = pieces.join('');
        const found = parts(text, limit);
        for (const part of found) {
          expect(part.length).toBeLessThanOrEqual(limit);
          expect(part.isWellFormed()).toBe(true);
        }
        expect(found.join('').replace(/\s/g, '')).toBe(text.replace(/\s/g, ''));
      }),
    );
  });
});
