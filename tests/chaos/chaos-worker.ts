// One of the processes of chaos.test.ts: an ordinary backend that gets messages over its channel and works off what is due.
import { postgresStorage } from '@firstline/adapter-postgres';
import { sqliteStorage } from '@firstline/adapter-sqlite';
import { webhookTransport } from '@firstline/adapter-webhook';
import { createEngine, isFirstlineError } from '@firstline/core';
import { ScriptedClassifier } from '@firstline/core/testing';
import type { FromWorker, Saying, WorkerTask } from './chaos-plan';

const task = JSON.parse(process.argv[2] ?? '{}') as WorkerTask;

const engine = createEngine({
  scenarios: [
    { id: 'REFERRAL', description: 'The program', examples: ['referral'], reply: { en: 'Bring a friend.' } },
    { id: 'HUMAN', description: 'Asks for a person', examples: ['a human please'], escalate: 'always' },
  ],
  classifier: new ScriptedClassifier([
    [/referral/, 'REFERRAL'],
    [/human/, 'HUMAN'],
  ]),
  storage: storageOf(task),
  ...(task.wakeups === undefined ? {} : { dispatcher: await dispatcherAt(task.wakeups.redis) }),
  transports: {
    webhook: webhookTransport({
      secret: `whsec_${Buffer.alloc(32, 'chaos').toString('base64')}`,
      allowPrivateAddresses: true,
      timeoutMs: 500,
    }),
  },
  policy: {
    reminders: [],
    escalation: { repeats: false, loopGuard: false },
    receiving: { clientRateLimit: false, sourceRateLimit: false, duplicateWindow: 0 },
    classification: { timeout: '1s' },
    delivery: { retries: ['100ms', '200ms', '400ms', '800ms', '1s', '2s', '2s', '4s', '4s', '8s', '8s', '15s'] },
    work: { lease: '5600ms', sweep: task.wakeups?.sweep ?? '250ms', wait: '2s' },
  },
});

/** Loaded only where it is used: these processes begin anew five times a second. */
async function dispatcherAt(url: string) {
  const { bullMqDispatcher } = await import('@firstline/adapter-bullmq');
  return bullMqDispatcher({ url });
}

function storageOf({ storage, wakeups }: WorkerTask) {
  if ('sqlite' in storage) return sqliteStorage({ filename: storage.sqlite, synchronous: 'normal' });
  const { port, database } = storage.postgres;
  const config = { host: '127.0.0.1', port, database, user: 'admin', password: 'admin' };
  // Through Redis or from the storage: nobody tells twice.
  return postgresStorage({ config, max: 8 }, { signals: wakeups === undefined });
}

async function hear({ id, clientId, text, wait }: Saying): Promise<void> {
  const channel = { transport: 'webhook', address: { url: `${task.receiver}${clientId}` } };
  try {
    const { messageId } = await engine.receive({ id, clientId, text, channel }, { wait });
    tell({ is: 'stored', id, messageId });
  } catch (error) {
    tell({ is: 'refused', id, code: isFirstlineError(error) ? error.code : String(error) });
  }
}

function tell(news: FromWorker): void {
  process.send?.(news);
}

process.on('message', (saying: Saying) => void hear(saying));
// The one that started it is gone.
process.on('disconnect', () => process.exit());
if (task.isDoor !== true) await engine.start();
tell({ is: 'ready' });
