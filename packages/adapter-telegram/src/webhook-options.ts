import { integer, invalid } from './option-checks';

export interface WebhookOptions {
  /**
   * Where Telegram reaches the host: `bot.example.com` or `https://bot.example.com:8443`; the ports that Telegram sends to
   * are 443, 80, 88 and 8443. Left out, no webhook is set, and `setWebhook` is yours to call.
   */
  readonly domain?: string;
  /** Where on it, and where on the transport's own server. Default `/ingress/telegram`. */
  readonly path?: string;
  /** Opens a server of its own on this port, plain HTTP, for a proxy that does TLS. Default none: mount `handler`. */
  readonly port?: number;
  /** Address that server listens on. Default `127.0.0.1`. */
  readonly host?: string;
  /**
   * Telegram says it with every update, so that nobody else can send any: 1 to 256 of `A-Z a-z 0-9 _ -`. Required in mode
   * `webhook`; `openssl rand -hex 32` makes one.
   */
  readonly secretToken?: string;
  /** Updates that Telegram sends at once at most, 1 to 100. Default 40. */
  readonly maxConnections?: number;
}

export interface WebhookSettings {
  /** `null`: the host has set the webhook itself. */
  readonly url: string | null;
  readonly server: { readonly host: string; readonly port: number; readonly path: string } | null;
  readonly secretToken: string;
  readonly maxConnections: number;
}

const DEFAULT_PATH = '/ingress/telegram';
const DEFAULT_MAX_CONNECTIONS = 40;

/** What Telegram's own servers send to; a server of one's own sends anywhere, and without TLS too. */
const PUBLIC_PORTS = ['', '80', '88', '443', '8443'];

export function webhookSettings(options: WebhookOptions, isPublicApi: boolean): WebhookSettings {
  const { domain, path = DEFAULT_PATH, port, host = '127.0.0.1', secretToken, maxConnections } = options;
  if (secretToken === undefined) {
    throw invalid('secretToken', "is required in mode 'webhook': without it anybody could send updates");
  }
  if (typeof secretToken !== 'string' || !/^[A-Za-z0-9_-]{1,256}$/.test(secretToken)) {
    throw invalid('secretToken', 'must be 1 to 256 of the characters A-Z a-z 0-9 _ -');
  }
  if (typeof path !== 'string' || !/^\/[\w\-./~]*$/.test(path)) {
    throw invalid('path', 'must be a path such as "/ingress/telegram", without query');
  }
  if (typeof host !== 'string' || !/^[\w.:%-]+$/.test(host)) throw invalid('host', 'must be a host name or an address');
  const server = port === undefined ? null : { host, port: integer('port', port, 0, 65_535), path };
  return {
    url: domain === undefined ? null : `${originOf(domain, isPublicApi)}${path}`,
    server,
    secretToken,
    maxConnections: integer('maxConnections', maxConnections ?? DEFAULT_MAX_CONNECTIONS, 1, 100),
  };
}

function originOf(domain: unknown, isPublicApi: boolean): string {
  const problem = 'must be a host name such as "bot.example.com", without path';
  if (typeof domain !== 'string' || domain === '') throw invalid('domain', problem);
  const text = /^https?:\/\//i.test(domain) ? domain : `https://${domain}`;
  if (!URL.canParse(text)) throw invalid('domain', problem);
  const url = new URL(text);
  const isBare = url.href === `${url.origin}/`;
  if (!isBare) throw invalid('domain', problem);
  if (isPublicApi && url.protocol !== 'https:')
    throw invalid('domain', 'must be reached by https: Telegram sends no other way');
  if (isPublicApi && !PUBLIC_PORTS.includes(url.port)) {
    throw invalid('domain', 'must use one of the ports 443, 80, 88 and 8443: Telegram sends to no other');
  }
  return url.origin;
}
