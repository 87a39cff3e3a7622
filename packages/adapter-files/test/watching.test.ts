import type * as FileSystem from 'node:fs';
import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileTemplates } from '@firstline/adapter-files';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { temporaryFolder } from './support/folder';

/** Follows a file; `next` resolves with the next notice of a change. */
function follow(path: string) {
  let heard = 0;
  let hear: () => void = () => undefined;
  const end = fileTemplates({ path }).subscribe(() => {
    heard += 1;
    hear();
  });
  onTestFinished(end);
  return {
    heard: () => heard,
    end,
    async next(change: () => void): Promise<void> {
      const hearing = new Promise<void>((resolve) => (hear = resolve));
      change();
      await hearing;
    },
  };
}

describe('a watched file', () => {
  it('tells when it is written, replaced, removed and made', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'texts.json');
    writeFileSync(path, '{}');
    const { next } = follow(path);
    await next(() => writeFileSync(path, '{"greeting":"Hi"}'));
    await next(() => {
      writeFileSync(join(folder, 'new.json'), '{"greeting":"Hello"}');
      renameSync(join(folder, 'new.json'), path);
    });
    await next(() => rmSync(path));
    await next(() => writeFileSync(path, '{}'));
  });

  it('tells when a link on the way to it is turned, as in a mounted ConfigMap', async () => {
    const folder = temporaryFolder();
    for (const version of ['v1', 'v2']) {
      mkdirSync(join(folder, version));
      writeFileSync(join(folder, version, 'texts.json'), `{"greeting":"${version}"}`);
    }
    symlinkSync('v1', join(folder, '..data'));
    symlinkSync(join('..data', 'texts.json'), join(folder, 'texts.json'));
    const path = join(folder, 'texts.json');
    const { next } = follow(path);
    await next(() => {
      symlinkSync('v2', join(folder, '..new'));
      renameSync(join(folder, '..new'), join(folder, '..data'));
    });
    expect(await fileTemplates({ path }).load()).toEqual({ greeting: 'v2' });
  });

  it('cannot be watched without its folder', () => {
    const path = join(temporaryFolder(), 'none', 'texts.json');
    expect(() => follow(path)).toThrow(/cannot be watched \(ENOENT\)/);
  });
});

const watcher = vi.hoisted(() => ({ listeners: new Map<string, (value?: unknown) => void>(), closed: 0, fake: false }));
vi.mock('node:fs', async (original) => {
  const fs = await original<typeof FileSystem>();
  const fake = {
    on: (name: string, listener: () => void) => watcher.listeners.set(name, listener),
    close: () => (watcher.closed += 1),
  };
  const watch = ((...args: Parameters<typeof fs.watch>) =>
    watcher.fake ? fake : fs.watch(...args)) as typeof fs.watch;
  return { ...fs, watch };
});

describe('events of the folder', () => {
  beforeEach(() => {
    watcher.fake = true;
    watcher.closed = 0;
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  });
  afterEach(() => {
    watcher.fake = false;
    vi.useRealTimers();
  });
  const happens = (name = 'change'): void => watcher.listeners.get(name)?.();

  function followed() {
    const path = join(temporaryFolder(), 'texts.json');
    writeFileSync(path, '{}');
    return { path, ...follow(path) };
  }

  it('are told once when they come close together, also where they never cease', () => {
    const { path, heard } = followed();
    writeFileSync(path, '{"greeting":"Hi"}');
    for (let step = 0; step < 4; step += 1) {
      happens();
      vi.advanceTimersByTime(25);
    }
    expect(heard()).toBe(1);
    for (let step = 0; step < 40; step += 1) {
      happens();
      vi.advanceTimersByTime(25);
    }
    expect(heard()).toBe(1);
    writeFileSync(path, '{"greeting":"Hello"}');
    happens();
    vi.advanceTimersByTime(100);
    expect(heard()).toBe(2);
  });

  it('are not told when the file is the same', () => {
    const { heard } = followed();
    happens();
    vi.advanceTimersByTime(1_000);
    expect(heard()).toBe(0);
  });

  it('are not told after the end', () => {
    const { path, heard, end } = followed();
    writeFileSync(path, '{"greeting":"Hi"}');
    happens();
    end();
    vi.advanceTimersByTime(1_000);
    expect(heard()).toBe(0);
    expect(watcher.closed).toBe(1);
  });

  it('are told once more when there will be no others', () => {
    const { heard } = followed();
    happens('error');
    expect(heard()).toBe(1);
    expect(watcher.closed).toBe(1);
  });
});
