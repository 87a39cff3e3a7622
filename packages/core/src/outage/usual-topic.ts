import { TUNING } from './tuning';

const HOUR = 60;
const KEEP_HOURLY = Math.exp(-HOUR / TUNING.shareMemory);

/** A scenario that is no failure, a part of the volume that failures are compared with. */
export class UsualTopic {
  readonly id: string;
  readonly outage = false;
  service: string | null;
  /** Share of the usual topics' reports, learned for ever. */
  share: number;
  /** Clients of the minute that is being folded. */
  count = 0;
  /** Clients these minutes, fading. */
  recent = 0;
  #learned = 0;

  constructor(id: string, service: string | null, topics: number) {
    this.id = id;
    this.service = service;
    this.share = 1 / topics;
  }

  get learned(): number {
    return this.#learned;
  }

  learn(count: number): void {
    this.#learned += count;
  }

  /** Once an hour; `total`: what all topics learned. */
  settle(total: number, topics: number): void {
    this.share = (this.#learned + 0.5) / (total + 0.5 * topics);
    this.#learned *= KEEP_HOURLY;
  }

  /** Takes over what was known of a topic that is no longer told apart. */
  absorb({ state }: UsualTopicSnapshot): void {
    this.share += state[0] ?? 0;
    this.recent += state[1] ?? 0;
    this.#learned += state[2] ?? 0;
  }

  snapshot(): UsualTopicSnapshot {
    return { id: this.id, service: this.service, state: [this.share, this.recent, this.#learned] };
  }

  restore({ service, state }: UsualTopicSnapshot): void {
    this.service = service;
    this.share = state[0] ?? this.share;
    this.recent = state[1] ?? 0;
    this.#learned = state[2] ?? 0;
  }
}

export interface UsualTopicSnapshot {
  readonly id: string;
  readonly service: string | null;
  readonly state: number[];
}
