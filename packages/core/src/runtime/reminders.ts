import type { DecisionRecord } from '../model/decision';
import type { NewEvent } from '../model/event';
import type { Reminder } from '../model/reminder';
import { templateValues } from '../policies/decide';
import { reminderKey } from '../policies/default-templates';
import { remindVerdict, type ReminderVerdict } from '../policies/reminders';
import type { RenderedTemplate } from '../policies/template-catalog';
import type { CommitParams, ConversationState, NewOutbound, WorkLease } from '../ports/storage';
import type { EngineContext } from './context';
import { newDelivery } from './decision-changes';
import { announce } from './wakeups';

const REMINDERS_AT_ONCE = 100;

/** Fires due reminders: looks at the conversation as it is now, and sends, drops or moves on. */
export class Reminders {
  readonly #context: EngineContext;
  #running: Promise<unknown> = Promise.resolve();

  constructor(context: EngineContext) {
    this.#context = context;
  }

  /** Claims due reminders and works them off; resolves to their number. */
  claimDue(): Promise<number> {
    const round = this.#round();
    this.#running = round.catch(() => undefined);
    return round;
  }

  async idle(): Promise<void> {
    await this.#running;
  }

  async #round(): Promise<number> {
    const { storage, tenant, clock, ids, policy } = this.#context;
    const now = clock.now();
    const leases = await storage.claim({
      tenant,
      kind: 'remind',
      now,
      token: ids.next(),
      until: now + policy.work.leaseMs,
      limit: REMINDERS_AT_ONCE,
    });
    if (leases.length === 0) return 0;
    const states = await storage.states({ tenant, conversationIds: leases.map((lease) => lease.conversationId) });
    const byId = new Map(states.map((state) => [state.conversation.id, state]));
    await Promise.all(leases.map((lease) => this.#fire(lease, byId.get(lease.conversationId))));
    return leases.length;
  }

  /** A conflict means that somebody changed the conversation meanwhile: the reminder is due again at once, and judged anew. */
  async #fire(lease: WorkLease, state: ConversationState | undefined): Promise<void> {
    const { storage, tenant, clock, wakeups } = this.#context;
    if (state?.reminder == null) {
      await storage.release({ tenant, lease, dueAt: null });
      return;
    }
    const now = clock.now();
    const commit = this.#changes(lease, state, state.reminder, now);
    const result = await storage.commit(commit);
    if (result.status === 'conflict') await storage.release({ tenant, lease, dueAt: now });
    if (result.status === 'committed') announce(wakeups, commit.outbound.length > 0 ? { deliver: now } : {});
  }

  #changes(lease: WorkLease, state: ConversationState, reminder: Reminder, now: number): CommitParams {
    const { policy } = this.#context;
    const verdict = remindVerdict(reminder, state.conversation, policy.reminders, now);
    const text = verdict.action === 'send' ? this.#render(state, reminder) : null;
    if (verdict.action === 'send' && text !== null)
      return this.#sending(lease, state, reminder, text, verdict.next, now);
    const settled =
      verdict.action === 'settle'
        ? { status: verdict.status, reason: verdict.reason, messageId: null }
        : { status: 'skipped' as const, reason: 'no_template', messageId: null };
    return { ...this.#base(lease, state, reminder, settled, verdict.next, now), outbound: [], decision: null };
  }

  #sending(
    lease: WorkLease,
    state: ConversationState,
    reminder: Reminder,
    rendered: RenderedTemplate,
    next: ReminderVerdict['next'],
    now: number,
  ): CommitParams {
    const context = this.#context;
    const { conversation } = state;
    const messageId = context.ids.next();
    const record = reminderRecord(context, state, reminder, messageId, rendered, now);
    const outbound: NewOutbound = {
      message: {
        id: messageId,
        type: 'reminder',
        text: rendered.text,
        locale: rendered.template.locale,
        createdAt: now,
        sendAt: now,
        decisionId: record.id,
        operatorId: null,
      },
      delivery: newDelivery(context, conversation, reminder.dueAt + context.policy.reminders.maxLatenessMs),
    };
    const settled = { status: 'sent' as const, reason: null, messageId };
    return { ...this.#base(lease, state, reminder, settled, next, now), outbound: [outbound], decision: record };
  }

  #base(
    lease: WorkLease,
    { conversation }: ConversationState,
    reminder: Reminder,
    settled: NonNullable<CommitParams['settleReminder']>,
    next: ReminderVerdict['next'],
    now: number,
  ): Omit<CommitParams, 'outbound' | 'decision'> {
    const { tenant, ids } = this.#context;
    const event: NewEvent = {
      type: settled.status === 'sent' ? 'reminder.sent' : 'reminder.settled',
      at: now,
      conversationId: conversation.id,
      data: { reminderId: reminder.id, step: reminder.step, status: settled.status, reason: settled.reason },
    };
    return {
      tenant,
      now,
      conversationId: conversation.id,
      expectedVersion: conversation.version,
      lease,
      leaseUntil: null,
      conversation: {},
      client: null,
      decidedMessageId: null,
      cancelDeliveries: null,
      settleReminder: settled,
      scheduleReminder:
        next === null
          ? null
          : {
              ...reminder,
              ...next,
              id: ids.next(),
              status: 'pending',
              createdAt: now,
              settledAt: null,
              messageId: null,
            },
      openTicket: null,
      updateTicket: null,
      events: [event],
    };
  }

  #render({ client, conversation }: ConversationState, reminder: Reminder): RenderedTemplate | null {
    const { templates, reminderTexts, variables, locales } = this.#context;
    const locale = conversation.locale ?? client.locale ?? locales[0] ?? 'en';
    return templates.render(
      reminderKey(reminder.step, reminderTexts),
      locale,
      templateValues(client, conversation, variables),
    );
  }
}

function reminderRecord(
  context: EngineContext,
  { conversation, client }: ConversationState,
  reminder: Reminder,
  messageId: string,
  rendered: RenderedTemplate,
  now: number,
): DecisionRecord {
  const reason = `step ${reminder.step + 1} of ${context.policy.reminders.ladderMs.length}: the client has been silent since the reply`;
  return {
    tenant: context.tenant,
    id: context.ids.next(),
    messageId,
    conversationId: conversation.id,
    clientId: client.id,
    decidedAt: now,
    trigger: 'reminder',
    outcome: 'answered',
    rule: 'reminder',
    reason,
    priority: context.scenarios.get(reminder.scenario)?.priority ?? 'normal',
    locale: rendered.template.locale,
    classification: null,
    inputs: {
      isFirstMessage: false,
      owner: conversation.owner,
      status: conversation.status,
      awaiting: conversation.awaiting,
      greetedAt: client.greetedAt,
      attachments: 0,
      runnerUp: null,
      thresholds: { step: reminder.step, dueAt: reminder.dueAt, episodeAt: reminder.episodeAt },
    },
    rules: [{ rule: 'reminder', fired: true, reason }],
    replies: [{ messageId, type: 'reminder', template: rendered.template, sendAt: now }],
    ticketId: null,
    versions: { policy: context.policy.version, scenarios: context.scenariosVersion },
  };
}
