export { createEngine } from './engine';
export type { Engine } from './engine-api';
export type { EngineOptions } from './options';
export {
  FirstlineError,
  type FirstlineErrorCode,
  type FirstlineErrorDetails,
  type FirstlineIssue,
  HTTP_STATUS,
  isFirstlineError,
} from './errors';

export { defineScenarios, type DefineScenariosOptions } from './policies/define-scenarios';
export { decide } from './policies/decide';
export type { DecideInput } from './policies/considered';
export { isAutomatedMessage, type MessageHeaders } from './policies/automated';
export { redact, type RedactOptions } from './policies/redaction/redact';
export type { RedactionPolicyOptions } from './policies/redaction/redaction-policy';
export { transcript, type TranscriptInput } from './policies/transcript';
export type { EngineTemplates } from './policies/templates/default-templates';
export type { PolicyOptions } from './policies/policy-options';
export { businessHours, type BusinessHoursDefinition, type Weekday } from './policies/hours/business-hours';
export { addBusinessTime, businessTimeBetween, isOpen, nextOpening } from './policies/hours/business-time';
export {
  type ServiceClock,
  serviceClock,
  type ServiceClockInput,
  serviceLevel,
  type ServiceLevelDefinition,
  type ServicePause,
  type ServiceTargetInput,
  type ServiceTimer,
} from './policies/hours/service-level';
export type { ClassifiableScenario, LearnedExample } from './classification/training';
export type { LocalModel } from './classification/stored-model';
export type { MeaningOptions } from './classification/meaning';
export { evaluate, type EvaluateOptions, type Evaluation, type LabelledMessage } from './classification/evaluate';
export type { Confusion, ScenarioOverlap } from './classification/confusion';
export type { OperatingPoint } from './classification/precision-coverage';
export type { Reliability, ReliabilityBin } from './classification/reliability';
export { type LocalClassifier, localClassifier, type LocalClassifierOptions } from './classification/local-classifier';
export { type DetectedOutage, detectOutages } from './outage/detect-outages';
export { type OutageDetector, outageDetector } from './outage/outage-detector';
export type { OutageDetectorOptions, OutageScenario } from './outage/settings';
export type { OutageEvidence, OutageReport, OutageSignal } from './outage/signals';
export type { OutageSnapshot } from './outage/snapshot';
export { type LanguageModelClassifier, languageModelClassifier } from './classification/language-model-classifier';
export type { LanguageModelClassifierOptions } from './classification/model-options';
export type { ModelBudget, ModelUsage } from './classification/model-spending';
export type { TenantBudget } from './classification/tenant-spending';
export type { CircuitBreakerOptions, CircuitState } from './classification/circuit-breaker';
export type { ConfidenceScale } from './classification/confidence-scale';
export { type Cascade, cascade, type CascadeOptions, type CascadeStage } from './classification/cascade';
export {
  type EmbeddingClassifier,
  embeddingClassifier,
  type EmbeddingClassifierOptions,
} from './classification/embedding-classifier';
export type { CachedClassifier, CachedOptions, CachedStats } from './classification/cached-classifier';
export { cached } from './memory/cached';
export { memoryCache, type MemoryCacheOptions } from './memory/memory-cache';
export { memoryStorage } from './memory/memory-storage';
export { memoryRateLimiter } from './memory/memory-rate-limiter';
export { staticTemplates } from './runtime/static-templates';
export {
  type StorageTemplates,
  storageTemplates,
  type StorageTemplatesOptions,
  type StoredTextPlace,
} from './runtime/storage-templates';
export { redactingLogger } from './runtime/redacting-logger';
export { systemClock } from './clock/system-clock';
export { localDispatcher } from './runtime/local-dispatcher';
export { uuidV7Source } from './runtime/id-source';

export type { BusinessCalendar, OpenInterval } from './model/business-calendar';
export { type Channel, channelKey } from './model/channel';
export { type Alternative, type Classification, type ClassificationSource, UNKNOWN } from './model/classification';
export type { Alert, AlertKind } from './model/alert';
export type { Client, RecentRequest } from './model/client';
export type { Conversation, ConversationStatus, Owner } from './model/conversation';
export type {
  Decision,
  DecisionOutcome,
  DecisionRecord,
  PlannedReply,
  PlannedTicket,
  RuleTrace,
  TemplateRef,
} from './model/decision';
export type {
  Delivery,
  DeliveryAttempt,
  DeliveryStatus,
  OutboundDelivery,
  OutcomeClass,
  SendOutcome,
} from './model/delivery';
export type { Endpoint, EndpointStatus } from './model/endpoint';
export { type Duration, type DurationText, parseDuration } from './model/duration';
export type { EventType, FeedEvent, NewEvent } from './model/event';
export type { AffectedClient, Incident, IncidentEvidence, IncidentStatus } from './model/incident';
export type { JsonObject, JsonValue } from './model/json';
export type { Attachment, InboundMessage, Message, OutboundMessage, OutboundType } from './model/message';
export type { ClientArchive } from './model/client-archive';
export type { Note } from './model/note';
export type { Outcome, OutcomeReply } from './model/outcome';
export type { EscalationQuestion, EscalationRule, Policy, RateLimit } from './model/policy';
export type { ReceiveInput } from './model/receive-input';
export type { RedactionKind, RedactionPattern, RedactionPolicy } from './model/redaction';
export type { Reminder, ReminderStatus } from './model/reminder';
export type { EscalateWhen, Priority, QuickReplies, Scenario, ScenarioInput, TemplateText } from './model/scenario';
export type { ServiceTarget, ServiceTargets } from './model/service-targets';
export type { StoredTemplate } from './model/stored-template';
export type { ServiceBreach, Ticket, TicketStatus } from './model/ticket';

export type { Cache, CacheStats } from './ports/cache';
export type { Classifier, ClassifyInput } from './ports/classifier';
export type { Clock } from './ports/clock';
export type { DispatchedWork, Dispatcher } from './ports/dispatcher';
export type { Embedder } from './ports/embedder';
export type { IdSource } from './ports/id-source';
export type {
  LanguageModel,
  LanguageModelAnswer,
  LanguageModelRequest,
  LanguageModelUsage,
} from './ports/language-model';
export type { Logger } from './ports/logger';
export type { MigrationStatus } from './ports/migration-status';
export type { PartStatus, PoolStatus } from './ports/part-status';
export type { RateLimiter, RateLimitRequest, RateLimitVerdict } from './ports/rate-limiter';
export type * from './ports/storage';
export type * from './ports/storage-commit';
export type * from './ports/storage-incidents';
export type * from './ports/storage-endpoints';
export type * from './ports/storage-reads';
export type { StorageSignal, StorageSignals } from './ports/storage-signals';
export type * from './ports/storage-upkeep';
export type * from './ports/storage-work';
export type { TemplateSource, TemplateTexts } from './ports/template-source';
export type { Ingress, Pace, SendContext, Transport } from './ports/transport';

export type { CorrectParams } from './runtime/corrections';
export type { Endpoints, OutboxStatus } from './runtime/endpoints';
export type { SubscribeParams } from './runtime/feed';
export type { Health } from './runtime/health';
export type { IncidentDetails, Incidents, OpenIncidentParams } from './runtime/incidents';
export type { OperatorParams, ReplyParams } from './runtime/operators';
export type { ConversationReads, DeliveryReads, ListParams, TicketReads, TranscriptParams } from './runtime/reads';
export type { ReplayParams, ReplayRange, ReplayResult } from './runtime/replay';
export type { ReceiveOptions } from './runtime/receive';
export type { RecordedParams } from './runtime/recorded-reports';
export type { TemplateStatus } from './runtime/template-store';
export type { Stats, StatsParams } from './runtime/statistics';
export type { PruneResult } from './runtime/housekeeping';
export type { ErasedClient, Privacy } from './runtime/privacy';
export type { ClaimParams, TicketChanges } from './runtime/tickets';
export type { TickResult } from './runtime/worker';
