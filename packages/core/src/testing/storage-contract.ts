import { clientCases, conversationCases, idempotencyCases } from './contract/accepting';
import { Cases, type ContractTestApi, type CreateStorage } from './contract/cases';
import { decisionCases, versionCases, wholeCases } from './contract/committing';
import { attemptCases, gateCases } from './contract/delivering';
import { detectionCases } from './contract/detecting';
import { incidentCases, tellingCases } from './contract/incidents';
import { invariantCases } from './contract/invariants';
import { leaseCases } from './contract/leasing';
import { lifespanCases } from './contract/lifespan';
import { cancelCases, orderCases, replayCases } from './contract/outbox-order';
import { feedCases, filterCases, pagingCases } from './contract/paging';
import { countCases, exactnessCases, lookupCases } from './contract/reading';
import { archiveCases, eraseCases } from './contract/erasing';
import { moveCases, openAttemptCases, replayRangeCases } from './contract/moving';
import { pruneCases } from './contract/pruning';
import { reminderCases } from './contract/reminding';
import { correctionCases, noteCases, queueCases, templateCases, ticketCases } from './contract/staffing';
import { draftCases } from './contract/superseding';
import { tenantCases } from './contract/tenancy';
import { turnCases } from './contract/turning';
import { endpointCases, waitCases } from './contract/waiting';
import { watchCases } from './contract/watching';

export interface StorageContractOptions {
  /** One random walk each. Default five. */
  readonly seeds?: readonly number[];
}

const SEEDS = [1, 2, 3, 4, 5];

/**
 * Holds a storage to the promises of the `Storage` port. Give it your test runner's functions:
 *
 * ```ts
 * import { describe, it } from 'vitest';
 * storageContract({ describe, it }, async () => ({ storage: myStorage(), dispose: async () => undefined }));
 * ```
 *
 * Time is made up, so nothing waits; ids and tenants are its own.
 */
export function storageContract(
  test: ContractTestApi,
  create: CreateStorage,
  options: StorageContractOptions = {},
): void {
  const cases = new Cases(test, create);
  idempotencyCases(cases);
  clientCases(cases);
  conversationCases(cases);
  leaseCases(cases);
  turnCases(cases);
  decisionCases(cases);
  versionCases(cases);
  wholeCases(cases);
  ticketCases(cases);
  reminderCases(cases);
  watchCases(cases);
  incidentCases(cases);
  tellingCases(cases);
  detectionCases(cases);
  draftCases(cases);
  attemptCases(cases);
  gateCases(cases);
  orderCases(cases);
  cancelCases(cases);
  replayCases(cases);
  replayRangeCases(cases);
  waitCases(cases);
  endpointCases(cases);
  moveCases(cases);
  openAttemptCases(cases);
  pagingCases(cases);
  filterCases(cases);
  feedCases(cases);
  lookupCases(cases);
  countCases(cases);
  exactnessCases(cases);
  queueCases(cases);
  noteCases(cases);
  correctionCases(cases);
  templateCases(cases);
  archiveCases(cases);
  eraseCases(cases);
  pruneCases(cases);
  tenantCases(cases);
  lifespanCases(cases);
  invariantCases(cases, options.seeds ?? SEEDS);
}
