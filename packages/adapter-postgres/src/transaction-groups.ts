import type { Shared, SqlExecutor } from '@firstline/storage-sql';

export type Body<T> = (tx: SqlExecutor) => Promise<T>;

interface Job {
  readonly key: string;
  readonly body: Body<unknown>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

interface Kind {
  readonly waiting: Job[];
  /** Keys of those under way, together or alone. */
  readonly busy: Set<string>;
  running: number;
  isPlanned: boolean;
}

/** `together` rejects with {@link NotTogether} where nothing was written and each body may be run by itself. */
export interface GroupRunner {
  together(bodies: readonly Body<unknown>[]): Promise<readonly unknown[]>;
  alone(body: Body<unknown>): Promise<unknown>;
}

/** Nothing of a group's transaction was kept. */
export class NotTogether extends Error {}

/** More would make the first of them wait for the last. */
const GROUP_MAX = 16;
/** While one group is written, the next is being prepared here, and what comes meanwhile gathers for the one after it. */
const AT_ONCE = 2;

/**
 * Group commit. What comes while as many groups of its kind are under way as may be waits, and goes as the next one: so a single
 * caller waits for nobody, and the more there are the fewer commits each of them costs. Members are sorted, so that groups lock
 * in one order. Where one of them fails, what the group wrote is undone, and each is run by itself.
 */
export class TransactionGroups {
  readonly #runner: GroupRunner;
  readonly #kinds = new Map<string, Kind>();

  constructor(runner: GroupRunner) {
    this.#runner = runner;
  }

  run<T>({ kind: name, key }: Shared, body: Body<T>): Promise<T> {
    const kind = this.#kinds.get(name) ?? { waiting: [], busy: new Set(), running: 0, isPlanned: false };
    this.#kinds.set(name, kind);
    return new Promise<T>((resolve, reject) => {
      kind.waiting.push({ key, body, resolve: resolve as Job['resolve'], reject });
      this.#plan(kind);
    });
  }

  /** In the next turn: what came in this one, from sockets for example, shares the commit. */
  #plan(kind: Kind): void {
    if (kind.isPlanned || kind.running >= AT_ONCE || kind.waiting.length === 0) return;
    kind.isPlanned = true;
    setImmediate(() => {
      kind.isPlanned = false;
      this.#start(kind);
    });
  }

  #start(kind: Kind): void {
    const group = nextGroup(kind);
    // All that wait are for the keys of those under way, whose end leads here again.
    if (group.length === 0) return;
    kind.running += 1;
    for (const { key } of group) kind.busy.add(key);
    void this.#commit(kind, group).finally(() => {
      kind.running -= 1;
      this.#plan(kind);
    });
    this.#plan(kind);
  }

  async #commit(kind: Kind, group: readonly Job[]): Promise<void> {
    try {
      const values = await this.#runner.together(group.map(({ body }) => body));
      group.forEach(({ resolve }, index) => resolve(values[index]));
    } catch (error) {
      if (error instanceof NotTogether) {
        // Not waited for: whoever is alone may have to wait for long, and does not hold up the next group.
        for (const job of group) void this.#alone(kind, job);
        return;
      }
      for (const { reject } of group) reject(error);
    }
    for (const { key } of group) kind.busy.delete(key);
  }

  /** What comes for the same key waits here for its turn, and not on a connection each, of which others would have none left. */
  async #alone(kind: Kind, { key, body, resolve, reject }: Job): Promise<void> {
    await this.#runner.alone(body).then(resolve, reject);
    kind.busy.delete(key);
    this.#plan(kind);
  }
}

/** Takes the first that may go together out of the line, in the order of their keys; of one key, one after the other. */
function nextGroup({ waiting, busy }: Kind): readonly Job[] {
  const group = new Map<string, Job>();
  const left: Job[] = [];
  for (const job of waiting.splice(0)) {
    if (group.size === GROUP_MAX || group.has(job.key) || busy.has(job.key)) left.push(job);
    else group.set(job.key, job);
  }
  waiting.push(...left);
  return [...group.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
}
