import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseMarks, plainText, sliceText } from '../src/formatted-text';

describe('marks', () => {
  it.each([
    ['**bold** move', 'bold move', [{ type: 'bold', offset: 0, length: 4 }]],
    ['__italic__', 'italic', [{ type: 'italic', offset: 0, length: 6 }]],
    ['~~old~~ price', 'old price', [{ type: 'strikethrough', offset: 0, length: 3 }]],
    ['||secret||', 'secret', [{ type: 'spoiler', offset: 0, length: 6 }]],
    ['run `npm test`', 'run npm test', [{ type: 'code', offset: 4, length: 8 }]],
    ['```a\n**b**```', 'a\n**b**', [{ type: 'pre', offset: 0, length: 7 }]],
    [
      'see [the page](https://example.com/a?b=1)',
      'see the page',
      [{ type: 'text_link', url: 'https://example.com/a?b=1', offset: 4, length: 8 }],
    ],
    [
      '🙏 **very __much__** so',
      '🙏 very much so',
      [
        { type: 'bold', offset: 3, length: 9 },
        { type: 'italic', offset: 8, length: 4 },
      ],
    ],
  ])('%j', (source, text, entities) => {
    expect(parseMarks(source)).toEqual({ text, entities });
  });

  it.each([
    '2 ** 3 ** 4',
    'snake__case__name',
    '**open',
    '** spaced **',
    'a * b * c',
    '[label](ftp://example.com)',
    '[label](javascript:alert)',
    '<b>no markup</b> & *_`',
    '||||',
  ])('%j stays as it is', (source) => {
    expect(parseMarks(source)).toEqual(plainText(source));
  });

  it('never leave an entity outside of the text', () => {
    const piece = fc.constantFrom('**', '__', '`', '```', '~~', '||', 'a', ' ', '\n', '🙏', '[x](https://e.test)', '[');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const { text, entities } = parseMarks(pieces.join(''));
        for (const { offset, length } of entities) {
          expect(offset).toBeGreaterThanOrEqual(0);
          expect(length).toBeGreaterThan(0);
          expect(offset + length).toBeLessThanOrEqual(text.length);
        }
      }),
    );
  });
});

describe('a slice', () => {
  it('keeps what its part of the entities covers', () => {
    const whole = parseMarks('one **two three** four');
    expect(sliceText(whole, 0, 8)).toEqual({ text: 'one two ', entities: [{ type: 'bold', offset: 4, length: 4 }] });
    expect(sliceText(whole, 8, 18)).toEqual({ text: 'three four', entities: [{ type: 'bold', offset: 0, length: 5 }] });
    expect(sliceText(whole, 14, 18)).toEqual({ text: 'four', entities: [] });
  });
});
