import { randomUUID } from 'node:crypto';
import { DEMO_CHANNEL, type DemoReceiver } from './demo-receiver';

// Ends with thanks, after which nothing is left to remind the client of.
const MESSAGES = [
  'Привет! Как работает реферальная программа?',
  'А ещё у меня со вчерашнего вечера не работает интернет',
  'Перезагрузил роутер, всё заработало. Спасибо!',
];
/** The longest pause before a reply is three seconds. */
const ARRIVAL_MS = 15_000;
const WIDTH = 88;
const INDENT = 10;

/** The part of the server's answer that is shown. */
interface Answer {
  readonly original_message_id: string;
  readonly outcome: string;
  readonly classification: { readonly scenario: string; readonly confidence: number } | null;
  readonly responses: readonly { readonly message_id: string }[];
}

/** Holds one conversation with the running server over HTTP and prints it as it goes; returns its last message's id. */
export async function playDemo(url: string, receiver: DemoReceiver, print: (line: string) => void): Promise<string> {
  const clientId = `demo-${randomUUID()}`;
  let messageId = '';
  for (const content of MESSAGES) {
    print(said('client', content));
    const answer = await post(url, { client_id: clientId, content, message_id: randomUUID(), channel: DEMO_CHANNEL });
    messageId = answer.original_message_id;
    print(' '.repeat(INDENT) + verdict(answer));
    for (const { message_id: id } of answer.responses) {
      print(said('bot', (await receiver.arrival(id, ARRIVAL_MS)) ?? '(not delivered yet)'));
    }
    print('');
  }
  return messageId;
}

async function post(url: string, body: unknown): Promise<Answer> {
  const response = await fetch(`${url}/api/messages`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  const answer: unknown = await response.json();
  if (!response.ok) throw new Error((answer as { readonly detail: string }).detail);
  return answer as Answer;
}

function verdict({ classification, outcome }: Answer): string {
  if (classification === null) return `→ ${outcome}`;
  return `→ ${classification.scenario}, confidence ${classification.confidence.toFixed(2)}, ${outcome}`;
}

/** `bot     Good morning …`, with further lines under the first. */
function said(who: string, text: string): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    if (line !== '' && INDENT + line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  lines.push(line);
  return `  ${who.padEnd(INDENT - 2)}${lines.join(`\n${' '.repeat(INDENT)}`)}`;
}
