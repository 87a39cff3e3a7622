import { sqliteStorage } from '@firstline/adapter-sqlite';
import { createEngine, defineScenarios } from '@firstline/core';

const scenarios = defineScenarios([
  {
    id: 'NO_INTERNET',
    description: 'The connection does not work',
    examples: ['my internet is down', 'no connection at all', 'wifi does not work', 'the internet stopped working'],
    reply: '{{client.name|Hello}}, please restart the router and send us a photo of its lights.',
    asksFor: 'photo', // its arrival goes to a person
    escalate: 'after-reply',
  },
  {
    id: 'INVOICE',
    description: 'A question about an invoice or a payment',
    examples: ['why is my invoice higher', 'I was charged twice', 'where is my receipt', 'explain my last bill'],
    reply: 'You find all invoices in the app under “Payments”.',
  },
]);

const engine = createEngine({ scenarios, storage: sqliteStorage({ filename: 'support.db' }) });
await engine.start();

const outcome = await engine.receive({
  clientId: 'c-42',
  text: 'Hi! My internet is down again',
  client: { name: 'Anna' },
});
console.log(`${outcome.status}: ${outcome.classification?.scenario}`);
for (const reply of outcome.replies) console.log(`  ${reply.type}: ${reply.text}`);

const decision = await engine.explain(outcome.messageId); // stored data, not a log line
for (const { rule, fired, reason } of decision?.rules ?? [])
  console.log(`  ${fired ? 'yes' : 'no '} ${rule}: ${reason}`);

await engine.stop();
