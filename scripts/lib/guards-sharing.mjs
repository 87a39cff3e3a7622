// The guards of what processes share, and the tests that must fail without them.
import { source } from './guards-apply.mjs';

const health = (pattern) => ({ file: 'packages/core/test/health.test.ts', pattern });
const templates = (pattern) => ({ file: 'packages/core/test/template-hot-change.test.ts', pattern });

export const sharingGuards = [
  {
    id: 'degraded',
    mode: '–',
    what: 'a part that is away shows in the health of the whole',
    edits: [source('runtime/health.ts', ', ...Object.values(parts).map(({ status }) => status)]', ']')],
    tests: health('is degraded, no more'),
  },
  {
    id: 'fault-is-a-word',
    mode: '–',
    what: 'no address and no password is shown as a fault',
    edits: [source('runtime/health.ts', "fault === null || ONE_WORD.test(fault) ? fault : 'unknown'", 'fault')],
    tests: health('never rejects'),
  },
  {
    id: 'counted-once',
    mode: '–',
    what: 'statistics are counted once for all processes',
    edits: [source('runtime/statistics.ts', 'if (stored !== null) return stored;', '')],
    tests: { file: 'packages/core/test/statistics.test.ts', pattern: 'are counted once' },
  },
  {
    id: 'change-told-on',
    mode: '–',
    what: 'whoever is told of a change of templates tells the other processes',
    edits: [source('runtime/template-changes.ts', 'told ? 1 : 0', 'told ? 0 : 0')],
    tests: templates('is used with the message after'),
  },
  {
    id: 'mark-before-load',
    mode: '–',
    what: 'a change during a load is news after it',
    edits: [
      source(
        'runtime/template-store.ts',
        '(changes?.beforeLoad(told) ?? Promise.resolve()).then(() => source.load())',
        'source.load().then((texts) => changes?.beforeLoad(told).then(() => texts) ?? texts)',
      ),
    ],
    tests: templates('that comes while a load is under way'),
  },
  {
    id: 'stopped-unstarted',
    mode: '–',
    what: 'a dispatcher is stopped also where its engine was never started',
    edits: [
      source(
        'runtime/worker.ts',
        '    this.#stopping?.abort();\n    this.#stopping = null;\n    this.#context.wakeups.stop();\n    await this.#stopDispatcher();',
        '    const started = this.running;\n    this.#stopping?.abort();\n    this.#stopping = null;\n    if (started) await this.#stopDispatcher();',
      ),
    ],
    tests: { file: 'packages/core/test/dispatching.test.ts', pattern: 'is stopped with its engine' },
  },
  {
    id: 'groups-in-one-order',
    mode: '–',
    what: 'shared commits of messages and of decisions lock clients in one order',
    edits: [
      {
        file: 'packages/storage-sql/src/sql-storage.ts',
        find: "kind: 'commit', key: `${params.tenant} ${params.clientId}`",
        replace: "kind: 'commit', key: `${params.tenant} ${params.conversationId}`",
      },
    ],
    tests: { file: 'packages/adapter-postgres/test/groups.test.ts', pattern: 'in one order' },
  },
];
