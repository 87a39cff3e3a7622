import { TUNING } from './tuning';

/** Clients who are watched for a return; an outage has ended long before more have come back. */
const MOST = 2_000;

interface Watched {
  readonly since: number;
  heardAt: number;
}

/**
 * Clients of an incident who come back after a silence with something that is no failure: that it works again, a thanks,
 * a question. While the outage lasts few do; how few is learned on the way, so that it means little where clients use to
 * ask how long it will take. A gamma-Poisson estimate of their rate, against the rate after an end.
 */
export class ReturningClients {
  readonly #watched = new Map<string, Watched>();
  /** Returns so far, and minutes that clients were watched. */
  #returns = 0;
  #exposure = 0;
  /** Returns in this minute. */
  #now = 0;

  watch(clientId: string, minute: number): void {
    if (this.#watched.size < MOST) this.#watched.set(clientId, { since: minute, heardAt: minute });
  }

  /** A client wrote; `failure`: about a failure, which says neither that it works nor that it does not. */
  hear(clientId: string, minute: number, failure: boolean): void {
    const client = this.#watched.get(clientId);
    if (client === undefined) return;
    if (!failure && minute - client.heardAt >= TUNING.returnSilence) this.#now += 1;
    client.heardAt = minute;
  }

  /** Takes in the minute: nats that its returns speak for the end, and those that there were no more speak against it. */
  step(minute: number): { readonly forEnd: number; readonly againstEnd: number } {
    for (const [clientId, { since }] of this.#watched) {
      if (minute - since <= TUNING.returnMemory) break;
      this.#watched.delete(clientId);
    }
    const rate = (TUNING.returnRate * TUNING.returnPrior + this.#returns) / (TUNING.returnPrior + this.#exposure);
    const after = Math.max(TUNING.returnRateAfter, 2 * rate);
    const forEnd = this.#now * Math.min(TUNING.mostReturnNats, Math.log(after / rate));
    const againstEnd = this.#watched.size * (after - rate);
    this.#exposure += this.#watched.size;
    this.#returns += this.#now;
    this.#now = 0;
    return { forEnd, againstEnd };
  }

  snapshot(): ReturningClientsSnapshot {
    return {
      watched: [...this.#watched].map(([clientId, { since, heardAt }]) => [clientId, since, heardAt]),
      sums: [this.#returns, this.#exposure, this.#now],
    };
  }

  restore({ watched, sums }: ReturningClientsSnapshot): void {
    for (const [clientId, since, heardAt] of watched) this.#watched.set(clientId, { since, heardAt });
    [this.#returns = 0, this.#exposure = 0, this.#now = 0] = sums;
  }
}

export interface ReturningClientsSnapshot {
  readonly watched: [string, number, number][];
  readonly sums: number[];
}
