import { FirstlineError } from '@firstline/core';
import type { TransactionMode } from '@firstline/storage-sql';
import type { Carrier } from './carrier';
import type { PostgresTimeouts } from './options';
import { fromPostgres } from './postgres-errors';

const CHARACTERISTICS: Readonly<Record<TransactionMode, string>> = {
  read: 'isolation level repeatable read, read only',
  fresh: 'isolation level read committed, read only',
  write: 'isolation level read committed, read write',
};

const COMMIT = { name: 'firstline_commit', text: 'commit', values: [] };

/**
 * Begins a transaction; the settings end with it. Where statements travel together this need not be waited for: behind a beginning
 * that failed nothing runs.
 */
export async function begin(carrier: Carrier, mode: TransactionMode, timeouts: PostgresTimeouts): Promise<void> {
  const text = `begin ${CHARACTERISTICS[mode]}`;
  const { statementMs, lockMs, idleMs } = timeouts;
  try {
    if (carrier.together) {
      const values = [statementMs, lockMs, idleMs].map(String);
      await Promise.all([
        carrier.ask({ name: `firstline_begin_${mode}`, text, values: [] }),
        carrier.ask({ ...SET, values }),
      ]);
    } else {
      await carrier.run(
        `${text}; set local enable_seqscan = off; set local jit = off; ` +
          `set local statement_timeout = ${statementMs}; set local lock_timeout = ${lockMs}; set local idle_in_transaction_session_timeout = ${idleMs}`,
      );
    }
  } catch (error) {
    throw fromPostgres(error);
  }
}

/**
 * Plans are made once a connection, often while the tables are still small and nobody has counted them; and then the planner finds
 * it cheapest to read a table whole, and goes on so until somebody has. Every query of ours has its index. What has none, the
 * sequence of the feed, then looks so expensive that servers with LLVM compile each look at it, which takes a hundred times as long
 * as the look; our statements are all too short to be worth compiling.
 */
const SET = {
  name: 'firstline_settings',
  text:
    "select set_config('enable_seqscan', 'off', true), set_config('jit', 'off', true), " +
    "set_config('statement_timeout', $1, true), set_config('lock_timeout', $2, true), " +
    "set_config('idle_in_transaction_session_timeout', $3, true)",
};

export async function commit(carrier: Carrier): Promise<void> {
  let command: string;
  try {
    ({ command } = await (carrier.together ? carrier.ask(COMMIT) : carrier.run(COMMIT.text)));
  } catch (error) {
    throw fromPostgres(error);
  }
  // The server's answer to the end of a transaction in which a statement failed.
  if (command !== 'COMMIT') throw new FirstlineError('internal', 'a transaction went on after a failed statement');
}

export async function rolledBack(carrier: Carrier): Promise<boolean> {
  try {
    await carrier.run('rollback');
    return true;
  } catch {
    return false;
  }
}
