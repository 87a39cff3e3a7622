import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { FirstlineError, type TemplateSource } from '@firstline/core';
import { parseTexts } from './parse-texts';
import { watchFile } from './watch-file';

export interface FileTemplatesOptions {
  /** The JSON file, from the working directory if relative. It may appear later; until then the code's texts are used. */
  readonly path: string;
}

/** Texts from a JSON file: `{ "greeting": { "en": "…" }, "reminder.1": "…" }`. Changes are seen at once, without restart. */
export function fileTemplates(options: FileTemplatesOptions): Required<TemplateSource> {
  const given: unknown = (options as FileTemplatesOptions | null | undefined)?.path;
  if (typeof given !== 'string' || given === '') {
    throw new FirstlineError('invalid_options', 'fileTemplates: path must be the path of a JSON file', {
      path: 'path',
    });
  }
  // The working directory may change; the file does not.
  const path = resolve(given);
  return {
    load: async () => parseTexts(await read(path), path),
    subscribe: (changed) => watchFile(path, changed),
  };
}

async function read(path: string): Promise<string> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    throw new FirstlineError('invalid_options', `fileTemplates: ${path} cannot be read (${code})`, { cause: error });
  }
  try {
    // Drops the byte order mark that editors on Windows write, which JSON.parse would refuse.
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    // A file in another encoding would otherwise be sent to clients full of question marks.
    throw new FirstlineError('invalid_options', `fileTemplates: ${path} is not in UTF-8`);
  }
}
