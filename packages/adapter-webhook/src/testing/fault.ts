/** Where in an exchange a fault happens. */
export type FaultPoint =
  /** As soon as somebody connects, before anything is read (and before TLS). */
  | 'connect'
  /** The request was read in full; nothing is answered. */
  | 'request'
  /** In the middle of the answer's headers. */
  | 'headers'
  /** After the answer's headers, in the middle of its body. */
  | 'body';

/** What the server does with one request. Bytes that a fault sends end at 1 GiB, and its connection at `connectionMs`. */
export type Fault =
  | {
      readonly kind: 'answer';
      /** Default 204. */
      readonly status?: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string | Uint8Array;
      /** How long it thinks about it, by the server's clock. Default 0. */
      readonly afterMs?: number;
    }
  /** Breaks the connection off, with a TCP reset. */
  | { readonly kind: 'reset'; readonly at: FaultPoint; readonly status?: number }
  /** Ends the connection politely (FIN). */
  | { readonly kind: 'end'; readonly at: FaultPoint; readonly status?: number }
  /** Says nothing more, until `release()`, the client or `connectionMs` ends it. */
  | { readonly kind: 'stall'; readonly at: FaultPoint; readonly status?: number }
  /** A little at a time, without end. */
  | {
      readonly kind: 'drip';
      readonly at: 'request' | 'headers' | 'body';
      readonly status?: number;
      /** Default `x`. */
      readonly piece?: string;
      /** Default 5. */
      readonly everyMs?: number;
    }
  /** So many bytes of headers, or of a body. */
  | {
      readonly kind: 'flood';
      readonly at: 'headers' | 'body';
      readonly bytes: number;
      readonly status?: number;
      /** Say the length in advance. Default false: it ends with the connection. */
      readonly contentLength?: boolean;
    }
  /** A small body that inflates to so many bytes. */
  | { readonly kind: 'gzip-bomb'; readonly bytes: number; readonly status?: number }
  /** These bytes instead of an answer, and the end of the connection. Default: something that is no HTTP. */
  | { readonly kind: 'raw'; readonly bytes?: string };

/** A request as it came, once it was read in full. */
export interface RecordedRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Buffer;
  /** The bytes from the wire, request line and headers included. Pipelined requests stand before the last of them. */
  readonly raw: Buffer;
  /** `webhook-id`. */
  readonly id: string | null;
  /** Whether the signature is right and recent; `null`: the server was given no key to tell. */
  readonly verified: boolean | null;
  /** Which of the server's connections it came over, from 1. */
  readonly connection: number;
}
