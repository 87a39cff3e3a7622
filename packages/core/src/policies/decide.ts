import type { Decision, PlannedReply, RuleTrace } from '../model/decision';
import type { Priority } from '../model/scenario';
import {
  common,
  type Considered,
  considered,
  type DecideInput,
  incidentValues,
  planned,
  plannedAnswer,
  render,
} from './considered';
import { replyKey } from './templates/default-templates';
import { type EscalationVerdict, escalationVerdict } from './escalation';
import { noticeChoice } from './escalation-notice';
import { shouldGreet } from './greeting';
import { afterStep } from './ownership';
import { higherPriority } from './priority';
import { requestsLately, unknownsInARow } from './repeats';
import { type Silence, silenceFor } from './silence';
import type { RenderedTemplate } from './templates/template-catalog';
import { isPending } from './wording/thanks';

/** What was found out about the message before anything is chosen to say. */
interface Findings {
  readonly priority: Priority;
  readonly rules: readonly RuleTrace[];
  readonly opening: readonly PlannedReply[];
  readonly reply: readonly PlannedReply[];
  readonly replyDelayMs: number;
}

/**
 * What to do about one inbound message. Pure: the same input gives the same decision, and nothing happens by asking.
 *
 * The order is: who owns the conversation, then whether a person is needed, then the reply. Every rule leaves a trace,
 * whether it fired or not.
 */
export function decide(given: DecideInput): Decision {
  const input = considered(given);
  const { conversation, message, policy, scenario } = input;
  const asked = scenario?.priority ?? 'normal';

  if (conversation.owner === 'human') {
    const reason = `${conversation.operatorId ?? 'a person'} owns the conversation`;
    return held(input, asked, 'human-owns', reason, []);
  }
  if (message.automated) {
    return held(input, asked, 'automated', 'a machine wrote it, and would be answered for ever', []);
  }
  const owned: RuleTrace = { rule: 'human-owns', fired: false, reason: 'the bot owns the conversation' };

  const answer = answerTo(input);
  const { verdict, trace } = escalationVerdict({
    message,
    conversation,
    client: input.client,
    classification: input.classification,
    scenario,
    hasReply: answer !== null || input.thanks || input.acknowledges || input.hello,
    timesAsked: input.timesAsked,
    unknowns: unknownsInARow(input.client.recent),
    requestsLately: requestsLately(input.client.recent, input.now, policy.escalation.loopGuard),
    asksNothing: input.thanks || input.acknowledges || input.hello,
    declines: input.declines,
    attachedBefore: input.attachedBefore ?? false,
    policy: policy.escalation,
    now: input.now,
  });
  const silence = verdict === null ? silenceFor(input) : null;
  const silent = verdict?.silent === true || silence !== null;
  const replyDelayMs = scenario?.delayMs ?? 0;
  const greeting = !silent && shouldGreet(input.client, policy.greeting, input.now) ? render(input, 'greeting') : null;
  const found: Findings = {
    priority: higherPriority(ownPriority(input, verdict), verdict?.priority ?? null),
    rules: [owned, ...trace],
    opening: greeting === null ? [] : [planned('greeting', greeting, 0)],
    reply: answer === null ? [] : [plannedAnswer(input, answer)],
    replyDelayMs,
  };
  const covered = coveredByIncident(input, found, verdict);
  if (covered !== null) return covered;
  if (verdict !== null) return needsPerson(input, found, verdict);
  if (silence !== null) return saysNothing(input, found, silence);
  if (input.thanks) return thanked(input, found);
  return input.hello ? invited(input, found) : answered(input, found);
}

/**
 * An open incident explains the message: the client is told once, and else nothing is said, since there is nothing more to
 * say. Only who asks for a person gets one: a thousand tickets about one failure would help nobody. Who was told that it is
 * over and still sees it is a different case, and one for a person. `null`: no incident has a say in it.
 */
function coveredByIncident(input: Considered, found: Findings, verdict: EscalationVerdict | null): Decision | null {
  const { cover = null, conversation } = input;
  if (cover === null || input.thanks || input.hello || verdict?.rule === 'asks-for-human' || verdict?.silent === true)
    return null;
  const { incident } = cover;
  if (cover.kind === 'over') {
    const reason = `incident ${incident.id} is over, and the client says that it is not`;
    const rules: readonly RuleTrace[] = [...found.rules, { rule: 'still-broken', fired: true, reason }];
    const still: EscalationVerdict = {
      rule: 'still-broken',
      reason,
      afterReply: false,
      priority: 'high',
      silent: false,
    };
    return needsPerson(input, { ...found, rules, reply: [], priority: higherPriority(found.priority, 'high') }, still);
  }
  if (cover.told)
    return held(
      input,
      found.priority,
      'incident',
      `incident ${incident.id} explains it, and the client knows`,
      found.rules,
    );
  const notice = render(input, 'incident_notice', incidentValues(incident));
  if (notice === null) return null;
  const reason = `incident ${incident.id} explains it`;
  return {
    ...common(input, 'urgent', [...found.rules, { rule: 'incident', fired: true, reason }]),
    outcome: 'answered',
    rule: 'incident',
    reason,
    replies: [...found.opening, planned('incident_notice', notice, 0)],
    greets: found.opening.length > 0,
    tells: { incident, round: incident.round },
    next: { owner: 'bot', status: afterStep(conversation, 'cover')?.status ?? conversation.status, awaiting: null },
  };
}

/** What a message was taken for says nothing of its weight where it is not that which is decided. */
function ownPriority(
  { scenario, thanks, acknowledges, hello }: Considered,
  verdict: EscalationVerdict | null,
): Priority {
  if (scenario === null) return 'normal';
  const besides = scenario.smallTalk ? verdict !== null : thanks || acknowledges || hello;
  return besides ? 'normal' : scenario.priority;
}

function answered(input: Considered, found: Findings): Decision {
  const { conversation, scenario } = input;
  return {
    ...common(input, found.priority, found.rules),
    outcome: 'answered',
    rule: scenario === null ? 'clarify' : 'reply',
    reason: scenario === null ? 'the client is asked to say it in other words' : `answered as ${scenario.id}`,
    replies: [...found.opening, ...found.reply],
    greets: found.opening.length > 0,
    followsUp: scenario !== null && conversation.status === 'open',
    next: {
      owner: 'bot',
      status: conversation.status,
      awaiting: scenario?.asksFor ?? conversation.awaiting,
    },
  };
}

/**
 * Thanks after an answer end the conversation kindly. Thanks for the kind words are not answered again, wherever they
 * arrive: two polite machines would go on for ever.
 */
function thanked(input: Considered, found: Findings): Decision {
  const { conversation, client, moreToDecide = false } = input;
  const { awaiting } = conversation;
  // What was asked of the client is still to come, and so is what they wrote meanwhile.
  const stays = moreToDecide || awaiting !== null || isPending(input.message.text);
  const status = stays ? conversation.status : (afterStep(conversation, 'thank')?.status ?? conversation.status);
  const next = { owner: 'bot', status, awaiting } as const;
  if (client.recent.at(-1)?.thanks === true) {
    const trace: RuleTrace = { rule: 'thanks-again', fired: true, reason: 'thanks were answered already' };
    return { ...held(input, found.priority, trace.rule, trace.reason, found.rules), next };
  }
  return pleasantry(input, found, 'thanks', 'the client says thanks and needs nothing more', next);
}

/** Hello is answered with hello: there is nothing yet that a person could do, and nothing to come back to. */
function invited(input: Considered, found: Findings): Decision {
  const { status, awaiting } = input.conversation;
  return pleasantry(input, found, 'hello', 'the client only says hello', { owner: 'bot', status, awaiting });
}

/** Answered in kind, and not followed up. */
function pleasantry(
  input: Considered,
  found: Findings,
  rule: string,
  reason: string,
  next: Decision['next'],
): Decision {
  return {
    ...common(input, found.priority, [...found.rules, { rule, fired: true, reason }]),
    outcome: 'answered',
    rule,
    reason,
    replies: [...found.opening, ...found.reply],
    greets: found.opening.length > 0,
    next,
  };
}

function saysNothing(input: Considered, found: Findings, { rule, reason, closes }: Silence): Decision {
  const decision = held(input, found.priority, rule, reason, found.rules);
  return closes ? { ...decision, next: { ...decision.next, status: 'closed' } } : decision;
}

function needsPerson(input: Considered, found: Findings, verdict: EscalationVerdict): Decision {
  const { conversation, message, scenario } = input;
  if (conversation.status === 'waiting_on_person') {
    // The ticket is open and promised: a second notice would be a second promise. Only a reply may still help.
    const reason = `${verdict.rule}: a person is on the way`;
    const waiting: RuleTrace = { rule: 'already-escalated', fired: true, reason };
    const says = verdict.afterReply ? found.reply : [];
    return {
      ...common(input, found.priority, [...found.rules, waiting]),
      outcome: says.length > 0 ? 'answered' : 'held',
      rule: waiting.rule,
      reason,
      replies: says,
      countsOnTicket: true,
      next: { owner: 'bot', status: 'waiting_on_person', awaiting: null },
    };
  }
  // Whoever comes with trouble first gets what helps the person who will look at it: the request for a screenshot.
  const unasked = message.seq === 1 && message.attachments.length === 0 && !verdict.silent;
  const instructs = unasked && scenario !== null && scenario.asksFor !== null;
  return escalated(input, { ...found, reply: verdict.afterReply || instructs ? found.reply : [] }, verdict);
}

function escalated(input: Considered, found: Findings, verdict: EscalationVerdict): Decision {
  const notice = verdict.silent ? null : escalationNotice(input);
  const noticeDelayMs = found.reply.length > 0 ? found.replyDelayMs : 0;
  return {
    ...common(input, found.priority, found.rules),
    outcome: 'escalated',
    rule: verdict.rule,
    reason: verdict.reason,
    replies: [
      ...found.opening,
      ...found.reply,
      ...(notice === null ? [] : [planned('escalation_notice', notice, noticeDelayMs)]),
    ],
    ticket: { rule: verdict.rule, reason: verdict.reason, priority: found.priority },
    greets: found.opening.length > 0,
    next: {
      owner: 'bot',
      status: afterStep(input.conversation, 'escalate')?.status ?? 'waiting_on_person',
      awaiting: null,
    },
  };
}

function escalationNotice(input: Considered): RenderedTemplate | null {
  const { keys, values } = noticeChoice(input.policy.people.hours, input.peopleAvailable, input.now);
  for (const key of keys) {
    const notice = render(input, key, values);
    if (notice !== null) return notice;
  }
  return null;
}

function answerTo(input: Considered): RenderedTemplate | null {
  const { scenario, thanks, hello } = input;
  if (!thanks && !hello) return render(input, scenario === null ? 'clarification' : replyKey(scenario.id));
  const says = scenario !== null && (scenario.smallTalk || (thanks && scenario.closes));
  const own = says ? render(input, replyKey(scenario.id)) : null;
  return own ?? render(input, thanks ? 'farewell' : 'invitation');
}

function held(
  input: Considered,
  priority: Priority,
  rule: string,
  reason: string,
  before: readonly RuleTrace[],
): Decision {
  const { owner, status, awaiting } = input.conversation;
  return {
    ...common(input, priority, [...before, { rule, fired: true, reason }]),
    outcome: 'held',
    rule,
    reason,
    replies: [],
    next: { owner, status, awaiting },
  };
}
