// The guards against taking a client's words for what they are not, and the tests that must fail without them.
import { source } from './guards-apply.mjs';

const test = (name, pattern) => ({ file: `packages/core/test/${name}.test.ts`, pattern });

export const wordingGuards = [
  {
    id: 'refusal',
    mode: '–',
    what: 'a person who is refused is not asked for',
    edits: [source('policies/wording/asks-for-human.ts', 'REFUSES.reduce(', 'REFUSES.slice(REFUSES.length).reduce(')],
    tests: test('asks-for-human', 'is not heard where one is refused'),
  },
  {
    id: 'refusal-read-once-more',
    mode: '–',
    what: 'what is said besides a refusal is what the message is about',
    edits: [
      source(
        'policies/wording/second-reading.ts',
        'if (wantsPerson(first, scenarios) && declinesHuman(text)) {',
        'if (scenarios.size < 0) {',
      ),
    ],
    tests: test('acknowledgement', 'a client who wants no person'),
  },
  {
    id: 'thanks-and-more',
    mode: '17',
    what: 'thanks with something besides close nothing',
    edits: [
      source(
        'policies/wording/thanks.ts',
        'scenario?.closes === true && !saysMoreThanThanks(text)',
        'scenario?.closes === true',
      ),
    ],
    tests: test('thanks', 'thanks with something besides'),
  },
  {
    id: 'thanks-read-once-more',
    mode: '17',
    what: 'what is said besides thanks is what the message is about',
    edits: [
      source(
        'policies/wording/second-reading.ts',
        'saysMoreThanThanks(text) ? besideThanks(text) : null',
        'near ? null : null',
      ),
    ],
    tests: test('thanks', 'thanks with something besides'),
  },
  {
    id: 'acknowledged',
    mode: '17',
    what: '“ok” after an answer calls nobody',
    edits: [source('policies/silence.ts', 'if (input.acknowledges) {', 'if (input.now < 0) {')],
    tests: test('acknowledgement', '"ok" after an answer'),
  },
  {
    id: 'small-talk-while-waiting',
    mode: '–',
    what: 'whoever waits for a person is not asked what they want',
    edits: [source('policies/silence.ts', 'scenario?.smallTalk === true ?', 'scenario === undefined ?')],
    tests: test('acknowledgement', 'while a person is on the way'),
  },
  {
    id: 'missed',
    mode: '–',
    what: '“that is not what I asked” is no question about anything',
    edits: [
      source(
        'policies/escalation.ts',
        'conversation.lastOutboundAt !== null && saysAnswerMissed',
        'conversation.lastSeq < 0 && saysAnswerMissed',
      ),
    ],
    tests: test('acknowledgement', 'a client who says that the answer missed'),
  },
  {
    id: 'came-before',
    mode: '–',
    what: 'what is on the ticket is not asked for',
    edits: [
      source('policies/escalation.ts', 'if (attachedBefore && ', 'if (attachedBefore && conversation.lastSeq < 0 && '),
    ],
    tests: test('acknowledgement', 'while a person is on the way'),
  },
  {
    id: 'unasked-attachment',
    mode: '–',
    what: 'an attachment with small talk is looked at by a person',
    edits: [
      source(
        'policies/escalation.ts',
        'scenario?.smallTalk === true && message.attachments.length > 0',
        'scenario?.smallTalk === true && message.attachments.length < 0',
      ),
    ],
    tests: test('acknowledgement', 'an attachment that nobody asked for'),
  },
  {
    id: 'strong-words',
    mode: '–',
    what: 'threats and abuse are heard',
    edits: [
      source('policies/wording/negative-wording.ts', 'pattern.test(words)', 'pattern.test(words) && words === null'),
    ],
    tests: test('negative-wording', 'strong negative wording'),
  },
];
