import type { Page, PageParams } from '../../ports/storage-reads';
import { equal, given, isTrue, matches, rejects } from './assert';
import type { Cases } from './cases';
import type { Fixture } from './fixture';
import { CHANNEL, OTHER_CHANNEL, SECOND } from './values';

type Read<T> = (params: PageParams) => Promise<Page<T>>;

interface List {
  readonly name: string;
  /** Makes the rows, and says how to read them and which ids are expected, in order. */
  readonly fill: (
    fixture: Fixture,
  ) => Promise<{ readonly read: Read<{ readonly id: string }>; readonly ids: string[] }>;
}

const ROWS = 25;

/** Three rows a second, so that ties have to be broken. */
async function eachRow(fixture: Fixture, make: (n: number) => Promise<string>): Promise<string[]> {
  const ids: string[] = [];
  for (let n = 0; n < ROWS; n += 1) {
    ids.push(await make(n));
    if (n % 3 === 2) fixture.wait(SECOND);
  }
  return ids;
}

async function openTicket(fixture: Fixture, clientId: string): Promise<string> {
  const turn = await fixture.hearLeased({ clientId });
  const ticket = fixture.rows.ticket(turn.state.conversation);
  await fixture.decide(turn, { openTicket: ticket, outbound: [] });
  return ticket.id;
}

const LISTS: readonly List[] = [
  {
    name: 'conversations',
    fill: async (fixture) => {
      const make = async (n: number) => (await fixture.hear({ clientId: `client ${n}` })).conversation.id;
      const ids = (await eachRow(fixture, make)).reverse();
      return { read: (params) => fixture.storage.conversations(params), ids };
    },
  },
  {
    name: 'tickets',
    fill: async (fixture) => {
      const ids = (await eachRow(fixture, (n) => openTicket(fixture, `client ${n}`))).reverse();
      return { read: (params) => fixture.storage.tickets(params), ids };
    },
  },
  {
    name: 'deliveries',
    fill: async (fixture) => {
      const make = async () => given((await fixture.answered()).deliveries[0]);
      const ids = (await eachRow(fixture, make)).reverse();
      return { read: (params) => fixture.storage.deliveries(params), ids };
    },
  },
  {
    name: 'messages',
    fill: async (fixture) => {
      const ids = await eachRow(fixture, async () => (await fixture.hear()).message.id);
      const { items } = await fixture.storage.conversations({ tenant: fixture.tenant, limit: 1 });
      const conversationId = given(items[0]).id;
      return { read: (params) => fixture.storage.messages({ ...params, conversationId }), ids };
    },
  },
];

export function pagingCases(cases: Cases): void {
  for (const { name, fill } of LISTS) {
    cases.describe(`lists: ${name}`, () => {
      cases.it('show each row once, in order, also while new ones arrive', async (fixture) => {
        const { read, ids } = await fill(fixture);
        const { tenant } = fixture;
        const seen: string[] = [];
        const sizes: number[] = [];
        let cursor: string | null = null;
        do {
          const page: Page<{ readonly id: string }> = await read({
            tenant,
            limit: 10,
            ...(cursor === null ? {} : { cursor }),
          });
          seen.push(...page.items.map(({ id }) => id));
          sizes.push(page.items.length);
          cursor = page.cursor;
          fixture.wait(SECOND);
          if (sizes.length < 3) await fixture.answered({ clientId: `late ${sizes.length}`, channel: OTHER_CHANNEL });
        } while (cursor !== null && sizes.length < ROWS);
        equal(seen, ids);
        equal(sizes, [10, 10, 5], 'page sizes');
      });

      cases.it('end with the last full page', async (fixture) => {
        const { read, ids } = await fill(fixture);
        const page = await read({ tenant: fixture.tenant, limit: ROWS });
        equal([page.items.map(({ id }) => id), page.cursor], [ids, null]);
      });

      cases.it('refuse a malformed cursor and a limit out of range', async (fixture) => {
        const { read } = await fill(fixture);
        const { tenant } = fixture;
        for (const cursor of ['', 'nonsense', "' or 1=1 --", '-1', '12_', '{"at":1}']) {
          await rejects(read({ tenant, limit: 10, cursor }), 'invalid_input');
        }
        for (const limit of [0, -1, 501, 1.5, Number.NaN]) await rejects(read({ tenant, limit }), 'invalid_input');
      });
    });
  }
}

export function filterCases(cases: Cases): void {
  cases.describe('lists: filters', () => {
    cases.it('narrow conversations by client, owner and status', async (fixture) => {
      const { storage, tenant } = fixture;
      const make = async (clientId: string, owner: 'bot' | 'human', status: 'open' | 'closed', channel = CHANNEL) => {
        const { conversationId } = await fixture.answered({ clientId, channel });
        await fixture.act(conversationId, { conversation: { owner, status } });
        fixture.wait(SECOND);
        return conversationId;
      };
      const botOpen = await make('a', 'bot', 'open');
      const humanOpen = await make('a', 'human', 'open', OTHER_CHANNEL);
      const botClosed = await make('b', 'bot', 'closed');
      const list = async (filter: object) =>
        (await storage.conversations({ tenant, limit: 10, ...filter })).items.map(({ id }) => id);
      equal(await list({}), [botClosed, humanOpen, botOpen]);
      equal(await list({ clientId: 'a' }), [humanOpen, botOpen]);
      equal(await list({ owner: 'bot' }), [botClosed, botOpen]);
      equal(await list({ status: 'closed' }), [botClosed]);
      equal(await list({ clientId: 'a', owner: 'bot', status: 'open' }), [botOpen]);
      equal(await list({ clientId: 'b', owner: 'human' }), []);
      equal(await list({ clientId: 'nobody' }), []);
    });

    cases.it('narrow tickets by status and priority', async (fixture) => {
      const { storage, tenant } = fixture;
      const first = await openTicket(fixture, 'a');
      fixture.wait(SECOND);
      const second = await openTicket(fixture, 'b');
      const { conversationId } = given(await storage.ticket({ tenant, ticketId: second }));
      await fixture.act(given(conversationId), { updateTicket: { id: second, status: 'resolved', priority: 'low' } });
      const list = async (filter: object) =>
        (await storage.tickets({ tenant, limit: 10, ...filter })).items.map(({ id }) => id);
      equal(await list({}), [second, first]);
      equal(await list({ status: 'open' }), [first]);
      equal(await list({ priority: 'low' }), [second]);
      equal(await list({ status: 'open', priority: 'low' }), []);
    });

    cases.it('narrow deliveries by status and conversation, and go on page by page', async (fixture) => {
      const { storage, tenant, rows } = fixture;
      const one = await fixture.answered({ clientId: 'a', replies: [rows.reply(), rows.reply(), rows.reply()] });
      const two = await fixture.answered({ clientId: 'b' });
      for (const claimed of await fixture.claimDeliveries()) await fixture.finish(rows.result(claimed, 'sent'));
      const list = async (filter: object) =>
        (await storage.deliveries({ tenant, limit: 2, ...filter })).items.map(({ id }) => id);
      equal([...(await list({ status: 'sent' }))].sort(), [given(one.deliveries[0]), given(two.deliveries[0])].sort());
      equal(await list({ conversationId: two.conversationId }), two.deliveries);
      const filter = { tenant, limit: 1, conversationId: one.conversationId, status: 'pending' } as const;
      const first = await storage.deliveries(filter);
      const second = await storage.deliveries({ ...filter, cursor: given(first.cursor) });
      const pending = [...first.items, ...second.items].map(({ id }) => id);
      equal([...pending].sort(), one.deliveries.slice(1).sort());
      equal(second.cursor, null);
    });
  });
}

export function feedCases(cases: Cases): void {
  cases.describe('events', () => {
    cases.it('are strictly ordered, in the order they were given, and resumable', async (fixture) => {
      const { storage, tenant, rows } = fixture;
      const { conversationId } = await fixture.answered();
      const many = Array.from({ length: 20 }, (_, n) => rows.event('message.sent', conversationId, `about ${n}`));
      await fixture.act(conversationId, { events: many });
      const all = await storage.events({ tenant, after: 0, limit: 100 });
      matches(all.slice(-20), many);
      isTrue(
        all.every(({ seq }, index) => seq > (all[index - 1]?.seq ?? 0)),
        'strictly growing',
      );
      const read = [];
      for (let after = 0; read.length <= all.length; after = given(read.at(-1)).seq) {
        const some = await storage.events({ tenant, after, limit: 7 });
        if (some.length === 0) break;
        read.push(...some);
      }
      equal(read, all);
    });

    cases.it('that come concurrently never appear behind a place that was read already', async (fixture) => {
      const { storage, tenant } = fixture;
      const followed: number[] = [];
      const writing = Promise.all(Array.from({ length: 30 }, (_, n) => fixture.answered({ clientId: `client ${n}` })));
      let written = false;
      const ended = writing.catch(() => undefined).then(() => (written = true));
      for (let last = false; !last;) {
        last = written;
        const events = await storage.events({ tenant, after: followed.at(-1) ?? 0, limit: 5 });
        followed.push(...events.map(({ seq }) => seq));
        if (events.length > 0 && followed.length < 500) last = false;
      }
      await ended;
      await writing;
      const all = await storage.events({ tenant, after: 0, limit: 500 });
      equal(
        followed,
        all.map(({ seq }) => seq),
      );
    });

    cases.it('may belong to no conversation', async (fixture) => {
      const { conversationId } = await fixture.answered();
      const event = { type: 'ticket.updated', at: fixture.now, conversationId: null, data: {} } as const;
      await fixture.act(conversationId, { events: [event] });
      const events = await fixture.storage.events({ tenant: fixture.tenant, after: 0, limit: 100 });
      equal(events.at(-1), { ...event, tenant: fixture.tenant, seq: events.at(-1)?.seq });
    });
  });
}
