import { createEngine, type DecisionRecord } from '@firstline/core';
import { ManualClock } from '@firstline/core/testing';

const clock = new ManualClock(Date.UTC(2026, 0, 5, 9, 0)); // a day passes at once
const engine = createEngine({
  clock,
  scenarios: [
    {
      id: 'NO_INTERNET',
      description: 'The connection does not work',
      examples: ['my internet is down', 'no connection at all', 'wifi does not work', 'the internet stopped working'],
      reply: '{{client.name|Hello}}, please restart the router and send us a photo of its lights.',
      asksFor: 'photo',
      escalate: 'after-reply',
    },
    {
      id: 'INVOICE',
      description: 'A question about an invoice or a payment',
      examples: ['why is my invoice higher', 'I was charged twice', 'where is my receipt', 'explain my last bill'],
      reply: 'You find all invoices in the app under “Payments”.',
    },
  ],
});
const write = (clientId: string, text: string) => engine.receive({ clientId, text });

const answered = await write('anna', 'Why is my invoice so high?');
await clock.advance('15m');
await engine.tick();
const said = await engine.conversations.messages(answered.conversationId);
const reminder = said.items.at(-1)?.id ?? '';
const escalated = await write('boris', 'This is a scam, I was charged twice!');
await engine.operators.takeOver(escalated.conversationId, { operatorId: 'olga' });
const held = await write('boris', 'Hello? My internet is down too');

print('answered', await engine.explain(answered.messageId));
print('escalated', await engine.explain(escalated.messageId));
print('held', await engine.explain(held.messageId));
print('reminded', await engine.explain(reminder));
await engine.stop();

function print(title: string, record: DecisionRecord | null): void {
  if (record === null) return;
  const { outcome, rule, reason, priority, classification, inputs, rules, replies, versions } = record;
  console.log(`${title}: ${outcome} by ${rule} (${reason}), priority ${priority}`);
  if (classification !== null) {
    const { scenario, confidence, source, alternatives } = classification;
    const others = alternatives.map((other) => `${other.scenario} ${other.confidence.toFixed(3)}`).join(', ');
    console.log(`  classification: ${scenario} ${confidence.toFixed(3)} (${source}), else ${others}`);
  }
  const { owner, status, isFirstMessage, timesAsked, thresholds } = inputs;
  console.log(`  inputs: ${JSON.stringify({ owner, status, isFirstMessage, timesAsked, ...thresholds })}`);
  for (const trace of rules) console.log(`  ${trace.fired ? 'yes' : 'no '} ${trace.rule}: ${trace.reason}`);
  for (const { type, template } of replies)
    console.log(`  says: ${type} from ${template.key} (${template.locale}, ${template.version})`);
  console.log(
    `  versions: policy ${versions.policy}, scenarios ${versions.scenarios}, templates ${versions.templates}`,
  );
}
