import { seeded } from '../../packages/core/test/support/outage-stream';

/** What a worker process is told when it is started. */
export interface WorkerTask {
  readonly storage:
    { readonly postgres: { readonly port: number; readonly database: string } } | { readonly sqlite: string };
  /** Where the receiver listens. */
  readonly receiver: string;
  /** Default: each process looks by itself, often, and hears of the others from the storage, where that tells of them. */
  readonly wakeups?: {
    readonly redis: string;
    /** How long a wake-up that is lost holds work up. */
    readonly sweep: '1s' | '1h';
  };
  /** It only takes messages in, and leaves the work to others. Default: it works as well. */
  readonly isDoor?: boolean;
}

/** A message on its way to a worker; `id` is the platform's, the same however often it is sent. */
export interface Saying {
  readonly id: string;
  readonly clientId: string;
  readonly text: string;
  /** Whether the caller waits for the decision. */
  readonly wait: boolean;
}

export type FromWorker =
  | { readonly is: 'ready' }
  | { readonly is: 'stored'; readonly id: string; readonly messageId: string }
  | { readonly is: 'refused'; readonly id: string; readonly code: string };

export interface ChaosPlan {
  readonly seed: number;
  readonly workers: number;
  readonly clients: number;
  readonly killEveryMs: number;
  readonly durationMs: number;
  /** When the server is restarted, in shares of the duration; every second time it crashes. */
  readonly restarts: readonly number[];
}

export const MESSAGES_EACH = 3;
/** One client in so many asks for a person in the middle. */
const ASKING_CLIENT = 10;

/** What every client says, in the order of a queue in which each client's own messages keep theirs. */
export function sayingsOf({ seed, clients }: ChaosPlan): Saying[] {
  const random = seeded(seed);
  const said = new Map<number, number>();
  const talking = Array.from({ length: clients }, (_, client) => client);
  const sayings: Saying[] = [];
  while (talking.length > 0) {
    const at = Math.floor(random() * talking.length);
    const client = talking[at] as number;
    const number = said.get(client) ?? 0;
    said.set(client, number + 1);
    if (number + 1 === MESSAGES_EACH) talking.splice(at, 1);
    const id = `c${client}-${number}`;
    const asks = client % ASKING_CLIENT === 0 && number === 1;
    const text = `${asks ? 'I want to talk to a human' : 'referral'} #${id}`;
    sayings.push({ id, clientId: `c${client}`, text, wait: random() < 0.5 });
  }
  return sayings;
}
