export { cacheContract, type CacheUnderTest, type CreateCache } from './cache-contract';
export { countingIds } from './counting-ids';
export { decisionInput, type DecisionInputOptions } from './decision-input';
export { type CreateDispatcher, dispatcherContract, type DispatcherUnderTest } from './dispatcher-contract';
export { FakeTransport, type FakeTransportOptions, type RecordedSend, type SendResponder } from './fake-transport';
export { ManualClock } from './manual-clock';
export { type CreateRateLimiter, rateLimiterContract, type RateLimiterUnderTest } from './rate-limiter-contract';
export {
  type ScriptedAnswer,
  ScriptedClassifier,
  type ScriptedClassifierOptions,
  type ScriptedRule,
} from './scripted-classifier';
export { storageContract, type StorageContractOptions } from './storage-contract';
export {
  type CreateTransport,
  type ReceivedSend,
  transportContract,
  type TransportContractOptions,
  type TransportUnderTest,
} from './transport-contract';
export type { ContractTestApi, CreateStorage, StorageUnderTest } from './contract/cases';
