import type { DecisionRecord } from '@firstline/core';
import type { DecisionRow } from '../tables';

export function decisionOf(row: Pick<DecisionRow, 'record'>): DecisionRecord {
  return JSON.parse(row.record) as DecisionRecord;
}
