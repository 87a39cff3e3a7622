import type { Response } from 'express';

/** No proxy and no browser may keep what is downloaded: it is all about a person. */
export function attach(res: Response, name: string, extension: 'txt' | 'md' | 'json'): void {
  res.set('Cache-Control', 'no-store').attachment(`${safeName(name)}.${extension}`);
}

/** Ids are the host's, and may hold what means something to a shell, a file system or a header. */
function safeName(name: string): string {
  return name.replace(/[^\w-]+/g, '_').slice(0, 100);
}
