import { expect, it } from 'vitest';
import { StatementBatch } from '../src/statement-batch';

function batchOf(names: readonly string[]) {
  const told: string[] = [];
  const asked = names.map((name) => ({
    statement: { name, text: 'select 1', values: [] },
    resolve: () => void told.push(`${name} answered`),
    reject: () => void told.push(`${name} lost`),
  }));
  return { batch: new StatementBatch(asked, () => void told.push('ended')), told };
}

it('ends with a connection that is lost between the last answer and the word that the server is ready', () => {
  const { batch, told } = batchOf(['a']);
  batch.handleCommandComplete({ text: 'SELECT 1' });
  batch.handleError(new Error('Connection terminated unexpectedly'));
  expect(told).toEqual(['a answered', 'ended']);
});

it('ends once, whatever comes behind its end', () => {
  const { batch, told } = batchOf(['a', 'b']);
  batch.handleCommandComplete({ text: 'SELECT 1' });
  batch.handleError(new Error('too late'));
  batch.handleCommandComplete({ text: 'SELECT 1' });
  batch.handleReadyForQuery();
  batch.handleError(new Error('Connection terminated unexpectedly'));
  expect(told).toEqual(['a answered', 'b lost', 'ended']);
});
