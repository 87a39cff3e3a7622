import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Program } from '../../packages/adapter-sqlite/test/support/children';
import type { FromWorker, Saying, WorkerTask } from './chaos-plan';

/** Messages that one worker is busy with at most. */
const BUSY = 16;
/** One message in so many is sent twice at once, as platforms do. */
const TWICE = 20;

interface Worker {
  readonly child: ChildProcess;
  ready: boolean;
  readonly busy: Map<string, Saying>;
}

/** Worker processes that come back when they die, and the messages on their way to them. */
export class ChaosFleet {
  /** The engine's id of every message that a worker said is stored, by the platform's id. */
  readonly stored = new Map<string, string>();
  /** Two workers that knew the same message under different ids. */
  readonly contradictions: string[] = [];
  kills = 0;
  readonly #program: Program;
  readonly #task: WorkerTask;
  readonly #random: () => number;
  readonly #workers = new Set<Worker>();
  readonly #queue: Saying[] = [];
  readonly #errors: string[] = [];
  #over = false;

  constructor(program: Program, task: WorkerTask, random: () => number) {
    this.#program = program;
    this.#task = task;
    this.#random = random;
  }

  start(size: number): void {
    for (let n = 0; n < size; n += 1) this.#hire();
  }

  /** How many have come up. */
  get ready(): number {
    return [...this.#workers].filter(({ ready }) => ready).length;
  }

  say(sayings: readonly Saying[]): void {
    for (const saying of sayings) {
      this.#queue.push(saying);
      if (this.#random() * TWICE < 1) this.#queue.push(saying);
    }
    this.#hand();
  }

  /** Kills one of those that have come up; false while none has. */
  kill(): boolean {
    const ready = [...this.#workers].filter((worker) => worker.ready);
    const victim = ready[Math.floor(this.#random() * ready.length)];
    if (victim === undefined) return false;
    victim.ready = false;
    victim.child.kill('SIGKILL');
    this.kills += 1;
    return true;
  }

  /** What workers printed as errors, for the message of a test that fails. */
  errors(): string {
    return this.#errors.join('').slice(-2_000);
  }

  async end(): Promise<void> {
    this.#over = true;
    const ends = [...this.#workers].map(({ child }) => once(child, 'close'));
    for (const { child } of this.#workers) child.kill('SIGKILL');
    await Promise.all(ends);
  }

  #hire(): void {
    const child = this.#program.fork(JSON.stringify(this.#task));
    const worker: Worker = { child, ready: false, busy: new Map() };
    this.#workers.add(worker);
    child.on('message', (news: FromWorker) => this.#hear(worker, news));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => this.#errors.push(text));
    child.once('close', () => {
      this.#workers.delete(worker);
      if (this.#over) return;
      // Nobody knows what became of them; that is what their ids are for.
      this.#queue.unshift(...worker.busy.values());
      this.#hire();
      this.#hand();
    });
  }

  #hear(worker: Worker, news: FromWorker): void {
    if (news.is === 'ready') worker.ready = true;
    else {
      const saying = worker.busy.get(news.id);
      worker.busy.delete(news.id);
      if (news.is === 'refused' && saying !== undefined) this.#queue.push(saying);
      if (news.is === 'stored') this.#know(news.id, news.messageId);
    }
    this.#hand();
  }

  #know(id: string, messageId: string): void {
    const known = this.stored.get(id);
    if (known !== undefined && known !== messageId) this.contradictions.push(`${id}: ${known} and ${messageId}`);
    this.stored.set(id, messageId);
  }

  #hand(): void {
    while (this.#queue.length > 0) {
      const [next] = this.#queue as [Saying];
      const free = [...this.#workers].filter(
        (worker) => worker.ready && worker.busy.size < BUSY && !worker.busy.has(next.id),
      );
      const worker = free[Math.floor(this.#random() * free.length)];
      if (worker === undefined) return;
      this.#queue.shift();
      worker.busy.set(next.id, next);
      worker.child.send(next, () => undefined);
    }
  }
}
