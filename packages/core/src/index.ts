export { createEngine } from './engine';
export type { Engine } from './engine-api';
export type { EngineOptions } from './options';
export {
  FirstlineError,
  type FirstlineErrorCode,
  type FirstlineErrorDetails,
  type FirstlineIssue,
  isFirstlineError,
} from './errors';

export { defineScenarios, type DefineScenariosOptions } from './policies/define-scenarios';
export { decide, type DecideInput } from './policies/decide';
export type { EngineTemplates } from './policies/default-templates';
export type { PolicyOptions } from './policies/policy-options';
export {
  type BusinessCalendar,
  businessHours,
  type BusinessHoursDefinition,
  type OpenInterval,
  type Weekday,
} from './policies/business-hours';
export { addBusinessTime, businessTimeBetween, isOpen, nextOpening } from './policies/business-time';
export {
  type ServiceClock,
  serviceClock,
  type ServiceClockInput,
  serviceLevel,
  type ServiceLevelDefinition,
  type ServicePause,
  type ServiceTarget,
  type ServiceTargetInput,
  type ServiceTargets,
  type ServiceTimer,
} from './policies/service-level';
export type { ClassifiableScenario } from './classification/trained-classifier';
export { type LocalClassifier, localClassifier, type LocalClassifierOptions } from './classification/local-classifier';
export { memoryStorage } from './memory/memory-storage';
export { memoryRateLimiter } from './memory/memory-rate-limiter';
export { systemClock } from './runtime/system-clock';
export { uuidV7Source } from './runtime/id-source';

export { type Channel, channelKey } from './model/channel';
export { type Alternative, type Classification, type ClassificationSource, UNKNOWN } from './model/classification';
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
export { type Duration, type DurationText, parseDuration } from './model/duration';
export type { EventType, FeedEvent, NewEvent } from './model/event';
export type { JsonObject, JsonValue } from './model/json';
export type { Attachment, InboundMessage, Message, OutboundMessage, OutboundType } from './model/message';
export type { Outcome, OutcomeReply } from './model/outcome';
export type { EscalationQuestion, EscalationRule, Policy, RateLimit } from './model/policy';
export type { Reminder, ReminderStatus } from './model/reminder';
export type { EscalateWhen, Priority, Scenario, ScenarioInput, TemplateText } from './model/scenario';
export type { Ticket, TicketStatus } from './model/ticket';

export type { Classifier, ClassifyInput } from './ports/classifier';
export type { Clock } from './ports/clock';
export type { IdSource } from './ports/id-source';
export type { Logger } from './ports/logger';
export type { RateLimiter, RateLimitRequest, RateLimitVerdict } from './ports/rate-limiter';
export type * from './ports/storage';
export type { SendContext, Transport } from './ports/transport';

export type { SubscribeParams } from './runtime/feed';
export type { Health, Stats } from './runtime/health';
export type { OperatorParams } from './runtime/operators';
export type { ConversationReads, DeliveryReads, ListParams, TicketReads } from './runtime/reads';
export type { ReceiveOptions } from './runtime/receive';
export type { ReceiveInput } from './runtime/receive-input';
export type { TicketChanges } from './runtime/tickets';
export type { TickResult } from './runtime/worker';
