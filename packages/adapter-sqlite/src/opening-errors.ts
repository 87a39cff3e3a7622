import { existsSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { FirstlineError, isFirstlineError } from '@firstline/core';
import { codeOf, fromSqlite, isBusy } from './sqlite-errors';

/**
 * What kept a file from being opened, and what to do about it. A filename that can never work is a faulty option; what may be
 * mended without changing it makes the storage unavailable. The path is told, since it is no secret and half of the answer.
 */
export function openingError(filename: string, error: unknown): FirstlineError {
  if (isFirstlineError(error)) return error;
  if (isAboutBinary(error)) {
    return new FirstlineError(
      'storage_unavailable',
      'sqliteStorage: the native part of better-sqlite3 is missing, or was built for another Node; run `npm rebuild ' +
        'better-sqlite3`, or approve its build script (`pnpm approve-builds`) and install again',
      { cause: error },
    );
  }
  const path = filename === ':memory:' ? filename : resolve(filename);
  if (isBusy(error)) {
    const message = `sqliteStorage: another process is using "${path}"; try again`;
    return new FirstlineError('storage_unavailable', message, { cause: error });
  }
  const wrong = wrongFilename(path, error);
  if (wrong !== null) {
    return new FirstlineError('invalid_options', `sqliteStorage: filename: ${wrong}`, {
      path: 'filename',
      cause: error,
    });
  }
  const code = codeOf(error) ?? systemCode(error);
  if (code === undefined) return fromSqlite(error);
  return new FirstlineError(
    'storage_unavailable',
    `sqliteStorage: "${path}" could not be opened (${code}); this process has to be able to read and write it and its folder`,
    { cause: error },
  );
}

function wrongFilename(path: string, error: unknown): string | null {
  if (path === ':memory:') return null;
  if (isFolder(path)) return `"${path}" is a folder; give the path of a file in it`;
  if (codeOf(error) === 'SQLITE_NOTADB') {
    return `"${path}" is not a database of SQLite, or is encrypted or damaged; give the path of another file`;
  }
  let parent = dirname(path);
  while (!existsSync(parent) && parent !== dirname(parent)) parent = dirname(parent);
  return isFolder(parent) ? null : `"${path}" cannot be made, since "${parent}" is not a folder`;
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

function isAboutBinary(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = systemCode(error);
  return error.message.includes('bindings file') || code === 'ERR_DLOPEN_FAILED' || code === 'MODULE_NOT_FOUND';
}

function systemCode(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : undefined;
}
