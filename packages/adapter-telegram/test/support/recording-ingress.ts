import { FirstlineError, type Ingress, type JsonObject, type Outcome, type ReceiveInput } from '@firstline/core';

type Alert = Parameters<Ingress['alert']>[0];

/** An engine that remembers what it was given, keeps ids apart as the real one does, and fails when told to. */
export class RecordingIngress implements Ingress {
  /** What was stored, in order. */
  readonly stored: ReceiveInput[] = [];
  /** What was handed in, stored or not. */
  readonly received: ReceiveInput[] = [];
  readonly revived: JsonObject[] = [];
  readonly alerts: Alert[] = [];
  readonly #errors: Error[] = [];
  readonly #waiting = new Set<() => void>();
  /** Asked before anything is stored; throws to refuse. */
  check: (input: ReceiveInput) => void = () => undefined;

  failNext(error: Error, times = 1): this {
    for (let left = times; left > 0; left -= 1) this.#errors.push(error);
    return this;
  }

  async receive(input: ReceiveInput): Promise<Outcome> {
    this.received.push(input);
    this.#changed();
    const error = this.#errors.shift();
    if (error !== undefined) throw error;
    this.check(input);
    const before = this.stored.find(({ id }) => id === input.id);
    if (before !== undefined) {
      if (before.text !== input.text) throw reused();
      return outcome('duplicate');
    }
    this.stored.push(input);
    this.#changed();
    return outcome('accepted');
  }

  async revive(address: JsonObject): Promise<void> {
    this.revived.push(address);
    this.#changed();
  }

  async alert(alert: Alert): Promise<void> {
    this.alerts.push(alert);
    this.#changed();
  }

  async until(condition: (ingress: this) => boolean): Promise<void> {
    while (!condition(this)) await new Promise<void>((resolve) => this.#waiting.add(resolve));
  }

  #changed(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of waiting) wake();
  }
}

function reused(): FirstlineError {
  return new FirstlineError('idempotency_key_reused', 'id: this key was used before', { path: 'id' });
}

function outcome(status: 'accepted' | 'duplicate'): Outcome {
  const none = { decision: null, priority: null, classification: null, replies: [], ticket: null, incident: null };
  return { ...none, status, conversationId: 'cnv-1', messageId: 'msg-1', isFirstMessage: true };
}
