import type { Outcome, OutcomeReply, Page } from '@firstline/core';

/** Members whose inside belongs to the host or a transport and keeps its own names. */
const OPAQUE = new Set(['address']);
/** The server serves one tenant, which is none of its callers' business. */
const HIDDEN = new Set(['tenant']);
const INSTANT = /(^at|At|^attendBy|^waitUntil)$/;
/** Members whose value is a name of the library, and has the wire's form too: `firstResponse` → `first_response`. */
const NAMES = new Set(['breaches', 'target']);

/** What of all that is said is the answer proper, the best first. */
const ANSWERS: readonly OutcomeReply['type'][] = ['bot_auto', 'incident_notice', 'escalation_notice'];

/** The wire's form of a record of the library: snake_case names, instants as ISO strings. */
export function wire(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(wire);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).filter(([name]) => !HIDDEN.has(name));
  return Object.fromEntries(members.map(([name, member]) => [snakeCase(name), wireMember(name, member)]));
}

export function wirePage(page: Page<unknown>): unknown {
  return { items: wire(page.items), cursor: page.cursor };
}

/** The answer of `POST /api/messages`. */
export function wireOutcome(outcome: Outcome): unknown {
  const { classification, replies } = outcome;
  const answer = ANSWERS.flatMap((type) => replies.find((reply) => reply.type === type) ?? [])[0] ?? null;
  return {
    status: 'success',
    outcome: outcome.status,
    original_message_id: outcome.messageId,
    conversation_id: outcome.conversationId,
    is_first_message: outcome.isFirstMessage,
    priority: outcome.priority,
    classification: classification && {
      scenario: classification.scenario,
      confidence: classification.confidence,
      reasoning: classification.reasoning,
      source: classification.source,
    },
    response: answer && { message_id: answer.messageId, text: answer.text, type: answer.type },
    responses: wire(replies),
    ticket: wire(outcome.ticket),
    incident: wire(outcome.incident),
  };
}

/** `attachments[0].mimeType` → `attachments[0].mime_type`. */
export function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (capital) => `_${capital.toLowerCase()}`);
}

function wireMember(name: string, member: unknown): unknown {
  if (OPAQUE.has(name)) return member;
  if (NAMES.has(name)) return Array.isArray(member) ? member.map(wireName) : wireName(member);
  // Of an endpoint; an incident has a number by this name.
  if (name === 'told' && typeof member === 'object') return wireTimes(member);
  if (name === 'pauses' && Array.isArray(member)) return member.map(wirePause);
  if (typeof member === 'number' && INSTANT.test(name)) return new Date(member).toISOString();
  return wire(member);
}

function wireName(name: unknown): unknown {
  return typeof name === 'string' ? snakeCase(name) : name;
}

/** When each kind of alert was told last. */
function wireTimes(times: unknown): unknown {
  const entries = Object.entries(times as Readonly<Record<string, number>>);
  return Object.fromEntries(entries.map(([kind, at]) => [kind, new Date(at).toISOString()]));
}

/** The two ends of a stretch are instants, which their names do not tell. */
function wirePause({ from, to }: { readonly from: number; readonly to: number | null }): unknown {
  return { from: new Date(from).toISOString(), to: to === null ? null : new Date(to).toISOString() };
}
