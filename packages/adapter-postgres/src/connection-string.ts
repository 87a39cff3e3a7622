import pg from 'pg';

export function isPostgresUrl(text: unknown): text is string {
  return typeof text === 'string' && /^postgres(ql)?:\/\//.test(text);
}

/**
 * Whether pg can tell the parts of it. What it says of one that it cannot shows the string, so that is not passed on. Files that it
 * names are looked for when a connection is made.
 */
export function isReadable(connectionString: string): boolean {
  try {
    new pg.Client({ connectionString });
    return true;
  } catch (error) {
    return !(error instanceof URIError || (error as { readonly code?: unknown }).code === 'ERR_INVALID_URL');
  }
}
