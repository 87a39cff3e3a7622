import { type FSWatcher, statSync, watch } from 'node:fs';
import { basename, dirname } from 'node:path';
import { FirstlineError } from '@firstline/core';

/**
 * Editors and deployments write a file in several steps, which come as several events. Counted from the first of them: in
 * a folder where something else is written all the time there is never a pause.
 */
const DEBOUNCE_MS = 100;

/**
 * Calls `changed` when the file at `path` is another than before, until the returned function is called. Does not keep the
 * process alive. Throws where the folder cannot be watched.
 *
 * The folder is watched and not the file: most programs write a new file and rename it, and a watched file would be the
 * old one. And events of any name count, after a look at the file itself: where the file is reached through links, as in
 * a mounted Kubernetes ConfigMap, it changes without an event of its own name.
 */
export function watchFile(path: string, changed: () => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  let seen = stamp(path);

  const look = (): void => {
    timer = undefined;
    const now = stamp(path);
    if (now === seen) return;
    seen = now;
    changed();
  };
  const later = (): void => {
    timer ??= setTimeout(look, DEBOUNCE_MS).unref();
  };
  const end = (): void => {
    clearTimeout(timer);
    watcher.close();
  };

  const watcher = watchFolder(dirname(path), basename(path));
  watcher.on('change', later);
  // The folder went away, for example. A last load tells the log; from then on the hourly one has to do.
  watcher.on('error', () => {
    end();
    changed();
  });
  return end;
}

function watchFolder(folder: string, name: string): FSWatcher {
  try {
    return watch(folder, { persistent: false });
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    const message = `fileTemplates: the folder of ${name}, ${folder}, cannot be watched (${code})`;
    throw new FirstlineError('invalid_options', message, { path: 'path', cause: error });
  }
}

/** Differs between any two versions of a file, and says so of permissions too; a file out of reach has one as well. */
function stamp(path: string): string {
  try {
    const { ino, size, ctimeNs } = statSync(path, { bigint: true });
    return `${ino} ${size} ${ctimeNs}`;
  } catch {
    return 'out of reach';
  }
}
