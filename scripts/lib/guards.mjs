// The guards against known failure modes, and the tests that must fail without them. The numbers are those of
// packages/core/test/failure-modes.test.ts. A guard that is doubled is taken out in both places, or nothing would show.
import { source } from './guards-apply.mjs';
import { peopleGuards } from './guards-people.mjs';
import { sharingGuards } from './guards-sharing.mjs';
import { wordingGuards } from './guards-wording.mjs';

const modes = (pattern) => ({ file: 'packages/core/test/failure-modes.test.ts', pattern: `failure modes ${pattern}` });
const endpoints = (pattern) => ({ file: 'packages/core/test/endpoints.test.ts', pattern });
const delivering = (file, pattern) => ({ file: `packages/core/test/${file}.test.ts`, pattern });
const turns = (pattern) => ({ file: 'packages/core/test/turns.test.ts', pattern });

const outages = (pattern) => ({ file: 'packages/core/test/incidents.test.ts', pattern: `an incident ${pattern}` });

export const guards = [
  {
    id: 'told-once',
    mode: '15',
    what: 'who was told of an incident is not told again',
    edits: [
      source(
        'memory/commit-checks.ts',
        'if (params.tell !== null && !mayTell(tables, conversation.clientId, params.tell)) return true;',
        '',
      ),
      source(
        'policies/incident-cover.ts',
        'const told = row !== undefined && row.toldRound === incident.round;',
        'const told = false;',
      ),
      source('runtime/announcement.ts', 'row.toldRound < round && ', ''),
    ],
    tests: outages('opens by itself'),
  },
  {
    id: 'late-joiner',
    mode: '15',
    what: 'who reports while an incident is open is told of it',
    edits: [source('policies/decide.ts', 'if (covered !== null) return covered;', '')],
    tests: outages('opens by itself'),
  },
  {
    id: 'nobody-stranded',
    mode: '15',
    what: 'who was told of an incident is told that it is over',
    edits: [
      source('outage/life-cycle.ts', "announce: before.status === 'open' ? 'all' : 'nobody',", "announce: 'nobody',"),
    ],
    tests: outages('opens by itself'),
  },
  {
    id: 'silent-incident',
    mode: '15',
    what: 'nothing is said of an incident over a person',
    edits: [
      source('runtime/announcement.ts', "if (conversation.owner === 'human') return null;", ''),
      source('policies/delivery-gate.ts', "...(['incident_notice', 'incident_resolved'] as const),", ''),
    ],
    tests: outages('sends who asks'),
  },
  {
    id: 'version-fence',
    mode: '2',
    what: 'a decision made on an old state is refused',
    edits: [source('memory/commit-checks.ts', 'if (conversation.version !== params.expectedVersion) return true;', '')],
    tests: modes('2: '),
  },
  {
    id: 'one-closing',
    mode: '3',
    what: 'an escalation says its notice and no reply besides',
    edits: [
      source(
        'policies/decide.ts',
        'reply: verdict.afterReply || instructs ? found.reply : [] }',
        'reply: instructs || !instructs ? found.reply : [] }',
      ),
    ],
    tests: modes('3: '),
  },
  {
    id: 'final-reply',
    mode: '4',
    what: 'a resolution takes back reminders only',
    edits: [source('runtime/operator-changes.ts', "action === 'resolve' ? ['reminder'] : BOT_TYPES", 'BOT_TYPES')],
    tests: modes('4: '),
  },
  {
    id: 'recorded-reply',
    mode: '4',
    what: 'what a person said elsewhere is not sent again',
    edits: [
      source('runtime/operator-changes.ts', 'delivery: send ? newDelivery', 'delivery: send || !send ? newDelivery'),
    ],
    tests: modes('4: '),
  },
  {
    id: 'forgotten-requests',
    mode: '5',
    what: 'a person who takes over empties the record of requests',
    edits: [
      source('runtime/operator-changes.ts', 'client: owns && client.recent.length > 0 ?', 'client: owns && !owns ?'),
    ],
    tests: modes('5: '),
  },
  {
    id: 'one-greeting',
    mode: '6',
    what: 'the client’s record knows that it was greeted',
    edits: [
      source('policies/greeting.ts', 'if (client.greetedAt === null) return true;', 'if (policy.enabled) return true;'),
    ],
    tests: modes('6: '),
  },
  {
    id: 'reminder-after-answer',
    mode: '7',
    what: 'the gate looks for the client’s answer',
    edits: [
      source('policies/delivery-gate.ts', 'conversation.lastInboundAt >= delivery.createdAt', 'delivery.createdAt < 0'),
    ],
    tests: modes('7: '),
  },
  {
    id: 'reminder-after-end',
    mode: '7',
    what: 'a resolution takes back reminders, and the gate looks for it',
    edits: [
      source(
        'runtime/operator-changes.ts',
        "action === 'resolve' ? ['reminder'] : BOT_TYPES",
        "action === 'resolve' ? [] : BOT_TYPES",
      ),
      source(
        'policies/delivery-gate.ts',
        "if (conversation.status === 'closed') return",
        'if (delivery.createdAt < 0) return',
      ),
    ],
    tests: modes('7: '),
  },
  {
    id: 'reminder-after-takeover',
    mode: '7',
    what: 'a takeover takes back reminders on their way, and the gate looks for it',
    edits: [
      source(
        'runtime/operator-changes.ts',
        "action === 'resolve' ? ['reminder'] : BOT_TYPES",
        "action === 'resolve' ? ['reminder'] : []",
      ),
      source(
        'policies/delivery-gate.ts',
        "conversation.owner === 'human' && BOT_TYPES",
        "conversation.owner === 'human' && delivery.createdAt < 0 && BOT_TYPES",
      ),
    ],
    tests: modes('7: no reminder follows a takeover'),
  },
  {
    id: 'ladder-after-takeover',
    mode: '7',
    what: 'a takeover ends the silence that reminders were planned for',
    edits: [
      source(
        'runtime/operator-changes.ts',
        'settleReminder: silences && reminder !== null ?',
        "settleReminder: action === 'resolve' && reminder !== null ?",
      ),
    ],
    tests: modes('7: no reminder follows a takeover'),
  },
  {
    id: 'expiry',
    mode: '9',
    what: 'what is too old is not delivered',
    edits: [source('policies/delivery-gate.ts', 'delivery.expiresAt !== null && now > delivery.expiresAt', 'now < 0')],
    tests: modes('9: a receiver'),
  },
  {
    id: 'lateness',
    mode: '9',
    what: 'a reminder that is too late is dropped',
    edits: [source('policies/reminders.ts', 'now - reminder.dueAt > policy.maxLatenessMs', 'now < reminder.dueAt')],
    tests: modes('9: '),
  },
  {
    id: 'fallback',
    mode: '10',
    what: 'the local classifier answers for a broken one',
    edits: [
      source(
        'runtime/classify.ts',
        'if (fallback !== null) return withinSet',
        'if (fallback === null) return withinSet',
      ),
    ],
    tests: modes('10: '),
  },
  {
    id: 'slow-receiver',
    mode: '11',
    what: 'a receiver that takes too long is tried again',
    edits: [source('runtime/deliverer.ts', "{ class: kind, code: 'timeout'", "{ class: 'park', code: 'timeout'")],
    tests: modes('11: '),
  },
  {
    id: 'already-escalated',
    mode: '12',
    what: 'what is escalated is not escalated again',
    edits: [
      source(
        'policies/decide.ts',
        "if (conversation.status === 'waiting_on_person') {",
        "if (conversation.status === 'closed') {",
      ),
    ],
    tests: modes('12: '),
  },
  {
    id: 'ticket-with-notice',
    mode: '13',
    what: 'the ticket is written together with what promises it',
    edits: [source('runtime/decision-changes.ts', 'openTicket: ticket,', 'openTicket: null,')],
    tests: modes('13: '),
  },
  {
    id: 'closed-set',
    mode: '14',
    what: 'a scenario outside the set is none',
    edits: [
      source(
        'runtime/classify.ts',
        'answer.scenario === UNKNOWN || context.scenarios.has(answer.scenario)',
        "answer.scenario !== ''",
      ),
    ],
    tests: modes('14: '),
  },
  {
    id: 'loop-guard',
    mode: '16',
    what: 'a client faster than people is a machine',
    edits: [source('policies/escalation.ts', 'requestsLately > loopGuard.limit ?', 'requestsLately < 0 ?')],
    tests: modes('16: '),
  },
  {
    id: 'automated',
    mode: '16',
    what: 'an automated message is not answered',
    edits: [source('policies/decide.ts', 'if (message.automated) {', 'if (message.automated && input.now < 0) {')],
    tests: modes('16: '),
  },
  {
    id: 'automated-silence',
    mode: '16',
    what: 'an automated message is no sign of life',
    edits: [
      source('memory/accept.ts', 'lastInboundAt: message.automated ? found.lastInboundAt : now', 'lastInboundAt: now'),
    ],
    tests: modes('16: '),
  },
  {
    id: 'thanks-end',
    mode: '17',
    what: 'thanks after an answer end the conversation',
    edits: [
      source(
        'policies/decide.ts',
        "afterStep(conversation, 'thank')?.status ??",
        "afterStep(conversation, 'release')?.status ??",
      ),
    ],
    tests: modes('17: '),
  },
  {
    id: 'thanks-once',
    mode: '17',
    what: 'thanks for the kind words are not answered',
    edits: [source('policies/decide.ts', 'client.recent.at(-1)?.thanks === true', 'client.recent.length < 0')],
    tests: modes('17: '),
  },
  {
    id: 'hole-in-text',
    mode: '19',
    what: 'a variable without a value makes no text',
    edits: [source('policies/templates/template.ts', "return text === '' ? null : text;", 'return text;')],
    tests: modes('19: '),
  },
  {
    id: 'supersede',
    mode: '–',
    what: 'a newer reply replaces one that was not sent',
    edits: [
      source(
        'runtime/decision-changes.ts',
        'supersede: supersedes.map(({ deliveryId }) => deliveryId)',
        'supersede: []',
      ),
    ],
    tests: turns('a newer message replaces'),
  },
  {
    id: 'own-places',
    mode: '–',
    what: 'a slow endpoint has its own places and no others',
    edits: [
      source('runtime/send-gate.ts', 'this.#places.free(place.key) <= 0', 'this.#places.free(place.key) <= -1_000'),
    ],
    tests: endpoints('one slow endpoint never delays another'),
  },
  {
    id: 'circuit',
    mode: '–',
    what: 'an endpoint that fails is left alone',
    edits: [
      source(
        'policies/place-verdict.ts',
        'if (waitUntil !== null && waitUntil > now)',
        'if (waitUntil !== null && now < 0)',
      ),
    ],
    tests: endpoints('an endpoint that fails is paused'),
  },
  {
    id: 'one-probe',
    mode: '–',
    what: 'a paused endpoint is tried with one message',
    edits: [source('policies/place-verdict.ts', 'waitUntil: probeUntil, updatedAt', 'waitUntil, updatedAt')],
    tests: endpoints('is tried with one message'),
  },
  {
    id: 'kept',
    mode: '–',
    what: 'what was sent to a place that is gone is kept',
    edits: [
      source(
        'policies/retry.ts',
        "    case 'off':\n    case 'retry':",
        "    case 'off':\n      return ended('dead', reason);\n    case 'retry':",
      ),
    ],
    tests: endpoints('that is gone keeps its messages'),
  },
  {
    id: 'woken',
    mode: '–',
    what: 'what was kept goes out as soon as the endpoint works again',
    edits: [source('runtime/endpoint-health.ts', 'wake: wakes ? ref.key : null', 'wake: wakes ? null : null')],
    tests: endpoints('that is gone keeps its messages'),
  },
  {
    id: 'once-an-hour',
    mode: '–',
    what: 'nobody is told the same thing twice within the hour',
    edits: [source('policies/alerts.ts', 'now - last < EVERY_MS', 'now - last < 0')],
    tests: delivering('alerts', 'once an hour'),
  },
  {
    id: 'said-twice',
    mode: '–',
    what: 'a forgetful receiver is sent a message once more at most',
    edits: [
      source('policies/open-attempts.ts', 'forgetful && (possibleDuplicate ||', 'forgetful && (delivery.seq < 0 ||'),
    ],
    tests: delivering('unknown-outcome', 'stays unknown the second time'),
  },
  {
    id: 'takes-its-process-down',
    mode: '–',
    what: 'a delivery that takes its process down is given up',
    edits: [
      source('policies/open-attempts.ts', 'delivery.attemptsThisRun + openAttempts >', 'delivery.attemptsThisRun >'),
    ],
    tests: delivering('unknown-outcome', 'not for ever'),
  },
  {
    id: 'paces',
    mode: '–',
    what: 'no more is let through than a pace allows',
    edits: [source('runtime/pacer.ts', 'if (blocked.length === 0) {', 'if (blocked.length >= 0) {')],
    tests: delivering('pacing', 'lets no more through'),
  },
  {
    id: 'back-and-forth',
    mode: '–',
    what: 'places that point to each other use up the ladder',
    edits: [source('runtime/attempt-verdicts.ts', 'delivery.reason !== MOVED)', "delivery.reason !== '')")],
    tests: delivering('moving', 'back and forth'),
  },
  {
    id: 'way-to-a-person',
    mode: '–',
    what: 'asking for a person in so many words needs no classifier',
    edits: [
      source(
        'policies/escalation.ts',
        "yes('the client asks for a person in so many words')",
        "no('the client asks for a person')",
      ),
    ],
    tests: modes('asking for a person'),
  },
  {
    id: 'way-to-a-person-first',
    mode: '–',
    what: 'a bot’s wish for a person is heard before it is taken for a loop',
    edits: [
      source(
        'policies/escalation.ts',
        'for (const rule of [...MESSAGE_RULES, ...ownRules',
        'for (const rule of [...MESSAGE_RULES.slice(1), ...ownRules',
      ),
    ],
    tests: modes('asking for a person'),
  },
  {
    id: 'texts-of-an-hour',
    mode: '–',
    what: 'texts are loaded again when they are an hour old',
    edits: [source('runtime/template-store.ts', 'if (age >= this.#goodForMs || age < 0)', 'if (age < 0)')],
    tests: { file: 'packages/core/test/template-hot-change.test.ts', pattern: 'by another process' },
  },
  {
    id: 'texts-told',
    mode: '–',
    what: 'a change of a text that is told is taken up at once',
    edits: [source('runtime/template-store.ts', 'this.#changed = true;', 'return;')],
    tests: { file: 'packages/core/test/template-hot-change.test.ts', pattern: 'a text changed while the engine runs' },
  },
  {
    id: 'texts-pinned',
    mode: '–',
    what: 'a record says which text was sent',
    edits: [
      source(
        'policies/templates/template.ts',
        'version: digest(source).slice(0, 12)',
        "version: digest('').slice(0, 12)",
      ),
    ],
    tests: { file: 'packages/core/test/template-hot-change.test.ts', pattern: 'is used from the next message on' },
  },
  ...peopleGuards,
  ...sharingGuards,
  ...wordingGuards,
];
