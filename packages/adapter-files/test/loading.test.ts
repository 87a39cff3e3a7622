import { writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileTemplates } from '@firstline/adapter-files';
import type { FirstlineError } from '@firstline/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonFaultAt } from '../src/json-fault';
import { temporaryFolder } from './support/folder';

function file(content: string | Uint8Array): string {
  const path = join(temporaryFolder(), 'texts.json');
  writeFileSync(path, content);
  return path;
}

async function fault(content: string | Uint8Array): Promise<FirstlineError> {
  const path = file(content);
  try {
    await fileTemplates({ path }).load();
  } catch (error) {
    expect(error).toMatchObject({ code: 'invalid_options' });
    expect((error as FirstlineError).message).toContain(path);
    return error as FirstlineError;
  }
  throw new Error('it was loaded');
}

describe('a file of texts', () => {
  it('is loaded, with a byte order mark or without', async () => {
    const texts = { greeting: { en: 'Hello', ru: 'Привет' }, 'reminder.1': 'Still there?' };
    for (const mark of ['', '\uFEFF']) {
      const path = file(mark + JSON.stringify(texts));
      expect(await fileTemplates({ path }).load()).toEqual(texts);
      expect(await fileTemplates({ path: relative(process.cwd(), path) }).load()).toEqual(texts);
    }
  });

  it('is read anew each time', async () => {
    const path = file('{}');
    const source = fileTemplates({ path });
    expect(await source.load()).toEqual({});
    writeFileSync(path, '{"greeting":"Hi"}');
    expect(await source.load()).toEqual({ greeting: 'Hi' });
  });

  it('that is missing is told by its path', async () => {
    const path = join(temporaryFolder(), 'none.json');
    const message = `fileTemplates: ${path} cannot be read (ENOENT)`;
    await expect(fileTemplates({ path }).load()).rejects.toMatchObject({ code: 'invalid_options', message });
  });

  it('in another encoding is refused', async () => {
    const greeting = [0xcf, 0xf0, 0xe8, 0xe2, 0xe5, 0xf2]; // Windows-1251
    const bytes = Uint8Array.from([...Buffer.from('{"greeting":"'), ...greeting, ...Buffer.from('"}')]);
    expect((await fault(bytes)).message).toContain('is not in UTF-8');
  });

  it.each([
    ['1:1', ''],
    ['1:1', 'sesame'],
    ['2:8', '{\n  "a": sesame }'],
    ['3:3', '{\n  "a": "sesame"\n  "b": "sesame" }'],
    ['2:9', '{ "a": "sesame",\n  "b":  , }'],
    ['1:8', '{ "a": "sesame\n" }'],
    ['1:17', '{"a": "sesame", }'],
    ['1:7', '{"a": "ses\\ame"}'],
    ['1:4', '{} "sesame"'],
    ['2:1', '{"a": "sesame"\n'],
    ['1:9', '{"a": [1}'],
    ['1:2', '{5: "sesame"}'],
  ])('is told at %s what is no JSON: %j', async (place, content) => {
    const error = await fault(content);
    expect(error.message).toMatch(new RegExp(`texts\\.json:${place}: this is not JSON$`));
    expect(error.cause).toBeUndefined();
    expect(error.message).not.toContain('sesame');
  });

  it.each([
    ['the file', '["sesame"]'],
    ['the file', 'null'],
    ['greeting', '{"greeting":["sesame"]}'],
    ['greeting', '{"greeting":null,"a":"sesame"}'],
    ['greeting.en', '{"greeting":{"en":{"text":"sesame"}}}'],
    ['greeting.ru', '{"greeting":{"en":"sesame","ru":1}}'],
  ])('is told that %s has the wrong shape: %s', async (path, content) => {
    const error = await fault(content);
    expect(error).toMatchObject({ path, issues: [{ path }] });
    expect(error.message).toContain(`- ${path}: must be`);
    expect(error.message).not.toContain('sesame');
  });

  it.each([undefined, null, {}, { path: '' }, { path: 5 }])('is not made of %j', (options) => {
    expect(() => fileTemplates(options as never)).toThrow(/path must be/);
  });
});

describe('the place where JSON ends being JSON', () => {
  it('is the end of a text that is', () => {
    fc.assert(
      fc.property(fc.json(), fc.constantFrom('', ' ', '\n\t'), (json, blanks) => {
        const pretty = JSON.stringify(JSON.parse(json), null, 2);
        for (const text of [json, pretty])
          expect(jsonFaultAt(blanks + text + blanks)).toBe((blanks + text + blanks).length);
      }),
    );
  });

  it('is within the part that was cut off or changed', () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(), (json, cut) => {
        const at = cut % json.length;
        // No token begins with it, so whatever was begun before it ends there or is told from its beginning.
        const broken = `${json.slice(0, at)}\u0001${json.slice(at)}`;
        expect(() => JSON.parse(broken)).toThrow();
        expect(jsonFaultAt(broken)).toBeLessThanOrEqual(at);
      }),
    );
  });
});
