import type { Conversation, DeliveryPlace, Endpoint, GateVerdict } from '@firstline/core';
import type { SqlExecutor } from './driver';
import { endpoints, writeEndpoint } from './endpoints';
import type { SqlQueries } from './queries';
import type { ConversationRow } from './tables';

/** That a delivery has to wait, and the place that the gate judged by. */
export interface Wait {
  readonly verdict: Extract<GateVerdict, { action: 'wait' }>;
  readonly place: DeliveryPlace;
}

/** How the places of one claim have been doing: their rows as they are now, and as the gate wants them. */
export class ClaimHealth {
  readonly #q: SqlQueries;
  readonly #tx: SqlExecutor;
  readonly #tenant: string;
  readonly #rows: Map<string, Endpoint>;

  private constructor(q: SqlQueries, tx: SqlExecutor, tenant: string, rows: readonly Endpoint[]) {
    this.#q = q;
    this.#tx = tx;
    this.#tenant = tenant;
    this.#rows = new Map(rows.map((row) => [row.key, row]));
  }

  static async of(
    q: SqlQueries,
    tx: SqlExecutor,
    tenant: string,
    found: readonly { readonly row: ConversationRow; readonly conversation: Conversation }[],
  ): Promise<ClaimHealth> {
    const keys = found.flatMap(({ row, conversation: { channel } }) =>
      channel === null ? [] : [row.channel_key ?? '', channel.transport],
    );
    return new ClaimHealth(q, tx, tenant, await endpoints(q, tx, { tenant, keys: [...new Set(keys)] }));
  }

  place(key: string, transport: string | undefined, openAttempts: number): DeliveryPlace {
    const row = (name: string): Endpoint | null => this.#rows.get(name) ?? null;
    return { key, own: row(key), transport: transport === undefined ? null : row(transport), openAttempts };
  }

  /** False: somebody else was quicker with one of them, and what they wrote is what counts now. */
  async hold(holds: readonly Endpoint[]): Promise<boolean> {
    for (const endpoint of holds) {
      const expectedVersion = endpoint.version - 1;
      if (!(await writeEndpoint(this.#q, this.#tx, { endpoint, expectedVersion }))) {
        await this.#readAgain(holds.map(({ key }) => key));
        return false;
      }
      this.#rows.set(endpoint.key, endpoint);
    }
    return true;
  }

  /**
   * The conversations that wait for a row which somebody has changed since: they woke what was marked by then, which these were
   * not. The rows that are as they were stay so until the end of this transaction; who changes one behind it finds the marks.
   * Claims share the lock, and rows that nothing waits for are not locked.
   */
  async outdated(waits: ReadonlyMap<string, Wait>): Promise<ReadonlySet<string>> {
    const judged = [...waits].flatMap(
      ([
        id,
        {
          verdict,
          place: { own, transport },
        },
      ]) => {
        const row = [own, transport].find((each) => each?.key === verdict.waitsFor);
        return row == null ? [] : [{ id, key: row.key, version: row.version }];
      },
    );
    if (judged.length === 0) return new Set();
    const keys = JSON.stringify([...new Set(judged.map(({ key }) => key))]);
    const rows = await this.#tx.all(this.#q.endpoints.keep, { tenant: this.#tenant, keys });
    const versions = new Map(rows.map(({ id, version }) => [id, version]));
    return new Set(judged.filter(({ key, version }) => versions.get(key) !== version).map(({ id }) => id));
  }

  async #readAgain(keys: readonly string[]): Promise<void> {
    for (const key of keys) this.#rows.delete(key);
    for (const row of await endpoints(this.#q, this.#tx, { tenant: this.#tenant, keys })) this.#rows.set(row.key, row);
  }
}
