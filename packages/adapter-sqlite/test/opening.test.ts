import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type Sqlite from 'better-sqlite3';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { sqliteMigrationStatus, sqliteStorage } from '../src/index';
import { temporaryFile } from './support/temporary-file';

/** What the constructor of better-sqlite3 throws instead of opening; `null`: it opens. */
let broken: Error | null = null;
vi.mock('better-sqlite3', async (original) => {
  const real = await original<{ readonly default: typeof Sqlite }>();
  return {
    default: class extends real.default {
      constructor(filename: string) {
        if (broken !== null) throw broken;
        super(filename);
      }
    },
  };
});
beforeEach(() => {
  broken = null;
});

const withCode = (message: string, code: string) => Object.assign(new Error(message), { code });

describe('a filename that cannot work is a faulty option, told with its path', () => {
  it.each([
    ['a folder', (folder: string) => folder, /is a folder/],
    [
      'a file that is no database',
      (folder: string) => {
        const file = join(folder, 'letter.txt');
        writeFileSync(file, 'Dear Sir or Madam, '.repeat(100));
        return file;
      },
      /is not a database/,
    ],
    [
      'a file in a file',
      (folder: string) => {
        writeFileSync(join(folder, 'letter.txt'), '');
        return join(folder, 'letter.txt', 'support.db');
      },
      /letter\.txt" is not a folder/,
    ],
    [
      'a file in a folder in a file',
      (folder: string) => {
        writeFileSync(join(folder, 'letter.txt'), '');
        return join(folder, 'letter.txt', 'data', 'support.db');
      },
      /letter\.txt" is not a folder/,
    ],
  ])('%s', async (_name, make, why) => {
    const filename = make(dirname(temporaryFile()));
    const storage = sqliteStorage({ filename });
    const refusal = { code: 'invalid_options', path: 'filename', message: expect.stringMatching(why) as string };
    const error = await storage.open().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject(refusal);
    expect((error as Error).message).toContain(filename);
    await expect(sqliteMigrationStatus({ filename })).rejects.toMatchObject(refusal);
    // It may be mended, and the storage opened again.
    rmSync(filename.includes('letter') ? filename.replace(/letter\.txt.*/, 'letter.txt') : filename, {
      recursive: true,
    });
    await storage.open();
    await storage.ping();
    await storage.close();
    await expect(storage.open()).rejects.toMatchObject({ code: 'stopped' });
  });

  it('a file that is no database is left as it was', async () => {
    const filename = temporaryFile();
    const text = 'Dear Sir or Madam, '.repeat(100);
    writeFileSync(filename, text);
    await expect(sqliteStorage({ filename }).open()).rejects.toMatchObject({ code: 'invalid_options' });
    expect(readFileSync(filename, 'utf8')).toBe(text);
  });
});

describe('an address instead of a path', () => {
  it.each([
    ['sqlite:/data/support.db', '"/data/support.db"'],
    ['sqlite:///data/support.db', '"/data/support.db"'],
    ['sqlite3:support.db', '"support.db"'],
    ['SQLITE::memory:', '":memory:"'],
  ])('%s is refused with a hint', (filename, hint) => {
    expect(() => sqliteStorage({ filename })).toThrow(hint);
    expect(existsSync('sqlite:')).toBe(false);
  });

  it('is not quoted where there may be a password in it', () => {
    const filename = 'postgres://anna:hunter2@db/support';
    expect(() => sqliteStorage({ filename })).toThrow(/give the path alone$/);
  });

  it('and a name with a colon in it is none', async () => {
    const filename = join(dirname(temporaryFile()), 'sqlite:support.db');
    const storage = sqliteStorage({ filename });
    await storage.open();
    await storage.close();
    expect(existsSync(filename)).toBe(true);
  });
});

describe('what can be mended without another filename', () => {
  it.each([
    ['was not built', new Error('Could not locate the bindings file. Tried:\n → /app/build/better_sqlite3.node')],
    ['was built for another Node', withCode('compiled against a different Node.js version', 'ERR_DLOPEN_FAILED')],
  ])('the native part %s', async (_name, error) => {
    broken = error;
    const storage = sqliteStorage({ filename: temporaryFile() });
    const refusal = await storage.open().catch((thrown: unknown) => thrown);
    expect(refusal).toMatchObject({ code: 'storage_unavailable', cause: error });
    expect((refusal as Error).message).toMatch(/npm rebuild better-sqlite3.*pnpm approve-builds/);
    broken = null;
    await storage.open();
    await storage.close();
  });

  it.each([
    ['SQLITE_CANTOPEN', withCode('unable to open database file', 'SQLITE_CANTOPEN')],
    ['SQLITE_READONLY', withCode('attempt to write a readonly database', 'SQLITE_READONLY')],
    ['EACCES', withCode('EACCES: permission denied', 'EACCES')],
  ])('%s, told with the path', async (code, error) => {
    broken = error;
    const filename = temporaryFile();
    const refusal = await sqliteStorage({ filename })
      .open()
      .catch((thrown: unknown) => thrown);
    expect(refusal).toMatchObject({ code: 'storage_unavailable', cause: error });
    expect((refusal as Error).message).toContain(`"${filename}" could not be opened (${code})`);
  });

  it('a file that another process holds for too long', async () => {
    broken = withCode('database is locked', 'SQLITE_BUSY');
    const filename = temporaryFile();
    const message = expect.stringContaining(`another process is using "${filename}"`) as string;
    await expect(sqliteStorage({ filename, busyTimeoutMs: 0 }).open()).rejects.toMatchObject({
      code: 'storage_unavailable',
      message,
    });
  });

  it('still waits for another process that is opening the same file', async () => {
    const filename = temporaryFile();
    broken = withCode('database is locked', 'SQLITE_BUSY');
    const storage = sqliteStorage({ filename, busyTimeoutMs: 60_000 });
    const opening = storage.open();
    await new Promise((resolve) => setImmediate(resolve));
    broken = null;
    await opening;
    await storage.close();
  });
});
