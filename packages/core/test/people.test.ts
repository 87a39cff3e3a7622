import { describe, expect, it } from 'vitest';
import type { Engine, FeedEvent, PolicyOptions } from '../src/index';
import { ManualClock } from '../src/testing/index';
import { CHANNEL, type Desk, desk } from './support/fixture';

const RECEIVING = { clientRateLimit: false, duplicateWindow: 0 } as const;
const BERLIN = {
  timeZone: 'Europe/Berlin',
  weekly: {
    mon: ['08:00-17:00'],
    tue: ['08:00-17:00'],
    wed: ['08:00-17:00'],
    thu: ['08:00-17:00'],
    fri: ['08:00-17:00'],
  },
} as const;
/** A Friday in winter, 16:00 in Berlin. */
const FRIDAY_AFTERNOON = Date.UTC(2026, 0, 16, 15, 0);

const at = (start: number, people: PolicyOptions['people']): Desk =>
  desk({
    clock: new ManualClock(start),
    policy: { receiving: RECEIVING, ...(people === undefined ? {} : { people }) },
  });
const say = ({ engine }: Desk, text: string) => engine.receive({ clientId: 'c', text, channel: CHANNEL });
const sent = ({ transport }: Desk): string[] => transport.sent.map(({ message }) => message.type);

async function feed(engine: Engine, ...types: readonly string[]): Promise<readonly FeedEvent[]> {
  const events: FeedEvent[] = [];
  const all = new AbortController();
  setImmediate(() => all.abort());
  for await (const event of engine.events.subscribe({ signal: all.signal })) events.push(event);
  return events.filter(({ type }) => types.includes(type));
}

async function pass(one: Desk, time: string): Promise<void> {
  await one.clock.advance(time as '1h');
  await one.engine.tick();
}

describe('18: service clocks', () => {
  const serviceLevels = { normal: { firstResponse: '4h', resolution: '9h' }, high: { firstResponse: '4h' } } as const;

  it('Friday 16:00 and four hours, Monday to Friday from 8 to 17, are Monday 11:00', async () => {
    const one = at(FRIDAY_AFTERNOON, { hours: BERLIN, serviceLevels });
    const { ticket } = await say(one, 'gibberish');
    const clock = await one.engine.tickets.clock(ticket?.id ?? '');
    expect(new Date(clock?.firstResponse.dueAt ?? 0).toISOString()).toBe('2026-01-19T10:00:00.000Z');
    await pass(one, '66h'); // Monday, 10:00 in Berlin
    expect(await feed(one.engine, 'ticket.breached')).toEqual([]);
    await pass(one, '1h');
    expect(await feed(one.engine, 'ticket.breached')).toMatchObject([
      { data: { ticketId: ticket?.id, target: 'firstResponse', priority: 'high' } },
    ]);
    expect(await one.engine.tickets.get(ticket?.id ?? '')).toMatchObject({
      priority: 'high',
      breaches: ['firstResponse'],
    });
  });

  it('a missed target is told once, however often anybody looks', async () => {
    const one = at(FRIDAY_AFTERNOON, { serviceLevels });
    await say(one, 'gibberish');
    for (let hour = 0; hour < 48; hour += 1) await pass(one, '1h');
    const breached = await feed(one.engine, 'ticket.breached');
    expect(breached.map(({ data }) => data['target'])).toEqual(['firstResponse']);
  });

  it('a target missed while nobody looked is told all the same, whatever happened since', async () => {
    const one = at(FRIDAY_AFTERNOON, { serviceLevels });
    const { ticket } = await say(one, 'gibberish');
    await one.clock.advance('5h');
    await one.engine.tickets.claim(ticket?.id ?? '', { operatorId: 'olga' });
    await one.engine.tick();
    expect(await one.engine.tickets.get(ticket?.id ?? '')).toMatchObject({ breaches: ['firstResponse'] });
  });

  it('stands while the answer is the client’s to give, and never runs after the end', async () => {
    const one = at(FRIDAY_AFTERNOON, { serviceLevels, silentAfter: false });
    const { conversationId, ticket } = await say(one, 'gibberish');
    const id = ticket?.id ?? '';
    await pass(one, '1h');
    await one.engine.operators.reply(conversationId, { operatorId: 'olga', text: 'Which router is it?' });
    await pass(one, '100h');
    expect(await one.engine.tickets.clock(id)).toMatchObject({
      resolution: { breached: false, remainingMs: 8 * 3_600_000 },
    });
    await say(one, 'the white one');
    await pass(one, '7h');
    await one.engine.operators.resolve(conversationId, { operatorId: 'olga' });
    await pass(one, '100h');
    expect(await one.engine.tickets.clock(id)).toMatchObject({
      firstResponse: { breached: false, remainingMs: 3 * 3_600_000 },
      resolution: { breached: false, remainingMs: 3_600_000 },
    });
    expect(await feed(one.engine, 'ticket.breached')).toEqual([]);
    expect(await one.engine.tickets.get(id)).toMatchObject({ status: 'resolved', breaches: [], priority: 'normal' });
  });

  it('keeps working hours through the change to summer time', async () => {
    // Friday 27 March 2026, 16:00 in Berlin; the clocks change on Sunday.
    const one = at(Date.UTC(2026, 2, 27, 15, 0), { hours: BERLIN, serviceLevels });
    const { ticket } = await say(one, 'gibberish');
    const clock = await one.engine.tickets.clock(ticket?.id ?? '');
    expect(new Date(clock?.firstResponse.dueAt ?? 0).toISOString()).toBe('2026-03-30T09:00:00.000Z');
  });

  it('leaves out the lunch break', async () => {
    const day = ['08:00-12:00', '13:00-17:00'] as const;
    const weekly = { mon: day, tue: day, wed: day, thu: day, fri: day };
    // Friday, 11:00 in Berlin: an hour before lunch and three behind it.
    const one = at(Date.UTC(2026, 0, 16, 10, 0), { hours: { timeZone: 'Europe/Berlin', weekly }, serviceLevels });
    const { ticket } = await say(one, 'gibberish');
    const clock = await one.engine.tickets.clock(ticket?.id ?? '');
    expect(new Date(clock?.firstResponse.dueAt ?? 0).toISOString()).toBe('2026-01-16T15:00:00.000Z');
  });

  it('begins anew where the client comes back after the end: nothing is breached at once', async () => {
    const one = at(FRIDAY_AFTERNOON, { serviceLevels });
    const { conversationId, ticket } = await say(one, 'gibberish');
    await one.engine.operators.reply(conversationId, { operatorId: 'olga', text: 'Like this' });
    await one.engine.operators.resolve(conversationId, { operatorId: 'olga' });
    await pass(one, '100h');
    const again = await say(one, 'gibberish again');
    await pass(one, '3h');
    expect(again.ticket?.id).not.toBe(ticket?.id);
    expect(await one.engine.tickets.clock(again.ticket?.id ?? '')).toMatchObject({
      firstResponse: { breached: false, remainingMs: 3_600_000 },
    });
    expect(await feed(one.engine, 'ticket.breached')).toEqual([]);
  });

  it('survives a restart: the row is the truth', async () => {
    const one = at(FRIDAY_AFTERNOON, { serviceLevels });
    await say(one, 'gibberish');
    const again = desk({
      clock: one.clock,
      storage: one.storage,
      policy: { receiving: RECEIVING, people: { serviceLevels } },
    });
    await pass(again, '5h');
    expect(await feed(again.engine, 'ticket.breached')).toHaveLength(1);
  });
});

describe('a person who takes a conversation and says nothing', () => {
  it('loses it: it goes back to the queue, the client is told once, an alert is in the feed', async () => {
    const one = at(FRIDAY_AFTERNOON, { silentAfter: '30m' });
    const { conversationId, ticket } = await say(one, 'gibberish');
    await one.engine.tick();
    await one.engine.operators.takeOver(conversationId, { operatorId: 'olga' });
    await pass(one, '29m');
    expect(await one.engine.conversations.get(conversationId)).toMatchObject({ owner: 'human' });
    await pass(one, '1m');
    expect(await one.engine.conversations.get(conversationId)).toMatchObject({
      owner: 'bot',
      status: 'waiting_on_person',
      operatorId: null,
      attendBy: null,
      ticketId: ticket?.id,
    });
    expect(await one.engine.tickets.queue()).toMatchObject([{ id: ticket?.id, assignee: null, priority: 'high' }]);
    expect(await feed(one.engine, 'conversation.unattended')).toMatchObject([{ data: { operatorId: 'olga' } }]);
    expect(sent(one)).toEqual(['greeting', 'escalation_notice', 'escalation_notice']);
    const record = await one.engine.explain(one.transport.sent.at(-1)?.message.id ?? '');
    expect(record).toMatchObject({ trigger: 'watch', rule: 'operator-silent', ticketId: ticket?.id });

    await one.engine.operators.takeOver(conversationId, { operatorId: 'igor' });
    await pass(one, '2h');
    expect(await feed(one.engine, 'conversation.unattended')).toHaveLength(2);
    expect(sent(one)).toHaveLength(3);
  });

  it('loses it also where the client writes after the time and before anybody looked', async () => {
    const one = at(FRIDAY_AFTERNOON, { silentAfter: '30m' });
    const { conversationId } = await say(one, 'referral');
    await one.engine.operators.takeOver(conversationId, { operatorId: 'olga' });
    await one.clock.advance('31m');
    await say(one, 'hello?');
    await one.engine.tick();
    expect(await one.engine.conversations.get(conversationId)).toMatchObject({ owner: 'bot' });
  });

  it('keeps it by saying something; each message of the client asks for a word anew', async () => {
    const one = at(FRIDAY_AFTERNOON, { silentAfter: '30m' });
    const { conversationId } = await say(one, 'gibberish');
    await one.engine.operators.takeOver(conversationId, { operatorId: 'olga' });
    await pass(one, '20m');
    await one.engine.operators.reply(conversationId, { operatorId: 'olga', text: 'I am looking' });
    await pass(one, '5h');
    expect(await one.engine.conversations.get(conversationId)).toMatchObject({ owner: 'human', attendBy: null });
    await say(one, 'and?');
    await pass(one, '20m');
    await say(one, 'hello?');
    await pass(one, '10m');
    expect(await one.engine.conversations.get(conversationId)).toMatchObject({ owner: 'bot' });
  });

  it('has until the hours begin again', async () => {
    const one = at(FRIDAY_AFTERNOON, { silentAfter: '2h', hours: BERLIN });
    const { conversationId } = await say(one, 'gibberish');
    await one.engine.operators.takeOver(conversationId, { operatorId: 'olga' });
    await pass(one, '64h'); // Monday, 8:00
    expect(await one.engine.conversations.get(conversationId)).toMatchObject({ owner: 'human' });
    await pass(one, '1h');
    expect(await one.engine.conversations.get(conversationId)).toMatchObject({ owner: 'bot' });
  });

  it('a conversation without a ticket gets one: nothing is promised to nobody', async () => {
    const one = at(FRIDAY_AFTERNOON, { silentAfter: '30m' });
    const { conversationId } = await say(one, 'referral');
    await one.engine.operators.takeOver(conversationId, { operatorId: 'olga' });
    await pass(one, '1h');
    expect(await one.engine.tickets.queue()).toMatchObject([
      { conversationId, rule: 'operator-silent', priority: 'high' },
    ]);
  });

  it('never loses it where the policy says so', async () => {
    const one = at(FRIDAY_AFTERNOON, { silentAfter: false });
    const { conversationId } = await say(one, 'gibberish');
    await one.engine.operators.takeOver(conversationId);
    await pass(one, '500h');
    expect(await one.engine.conversations.get(conversationId)).toMatchObject({ owner: 'human' });
  });
});

describe('a person who takes a ticket and says nothing', () => {
  it('loses it: it is in the queue again, the client is told once, an alert is in the feed', async () => {
    const one = at(FRIDAY_AFTERNOON, { silentAfter: '30m' });
    const { conversationId, ticket } = await say(one, 'gibberish');
    const id = ticket?.id ?? '';
    await one.engine.tickets.claim(id, { operatorId: 'olga' });
    expect(await one.engine.tickets.queue()).toEqual([]);
    await pass(one, '29m');
    expect(await one.engine.tickets.get(id)).toMatchObject({ assignee: 'olga', status: 'in_progress' });
    await pass(one, '1m');
    expect(await one.engine.tickets.queue()).toMatchObject([{ id, assignee: null, status: 'open', priority: 'high' }]);
    expect(await one.engine.conversations.get(conversationId)).toMatchObject({
      owner: 'bot',
      status: 'waiting_on_person',
      attendBy: null,
      ticketId: id,
    });
    expect(await feed(one.engine, 'conversation.unattended')).toMatchObject([
      { data: { operatorId: 'olga', ticketId: id } },
    ]);
    expect(sent(one)).toEqual(['greeting', 'escalation_notice', 'escalation_notice']);

    await one.engine.tickets.claimNext({ operatorId: 'igor' });
    await pass(one, '2h');
    expect(await feed(one.engine, 'conversation.unattended')).toHaveLength(2);
    expect(sent(one)).toHaveLength(3);
  });

  it('has from the claim on, whatever else is changed about the ticket, and a takeover counts anew', async () => {
    const one = at(FRIDAY_AFTERNOON, { silentAfter: '30m' });
    const { conversationId, ticket } = await say(one, 'gibberish');
    const id = ticket?.id ?? '';
    await one.engine.tickets.claim(id, { operatorId: 'olga' });
    await pass(one, '20m');
    await one.engine.tickets.update(id, { priority: 'urgent', operatorId: 'olga' });
    await one.engine.tickets.claim(id, { operatorId: 'olga' });
    expect((await one.engine.conversations.get(conversationId))?.attendBy).toBe(FRIDAY_AFTERNOON + 30 * 60_000);
    await one.engine.operators.takeOver(conversationId, { operatorId: 'olga' });
    await pass(one, '20m');
    expect(await one.engine.conversations.get(conversationId)).toMatchObject({ owner: 'human', operatorId: 'olga' });
    await one.engine.operators.reply(conversationId, { operatorId: 'olga', text: 'Good afternoon' });
    await pass(one, '10h');
    expect(await feed(one.engine, 'conversation.unattended')).toEqual([]);
  });

  it('owes nothing once it is given back or resolved', async () => {
    for (const change of [{ assignee: null, status: 'open' }, { status: 'resolved' }] as const) {
      const one = at(FRIDAY_AFTERNOON, { silentAfter: '30m' });
      const { conversationId, ticket } = await say(one, 'gibberish');
      await one.engine.tickets.claim(ticket?.id ?? '', { operatorId: 'olga' });
      await one.engine.tickets.update(ticket?.id ?? '', change);
      expect((await one.engine.conversations.get(conversationId))?.attendBy).toBeNull();
      await pass(one, '2h');
      expect(await feed(one.engine, 'conversation.unattended')).toEqual([]);
    }
  });

  it('owes nothing where somebody else owns the conversation', async () => {
    const one = at(FRIDAY_AFTERNOON, { silentAfter: '30m' });
    const { conversationId, ticket } = await say(one, 'gibberish');
    await one.engine.operators.reply(conversationId, { operatorId: 'olga', text: 'I am on it' });
    await one.engine.tickets.update(ticket?.id ?? '', { assignee: null });
    await one.engine.tickets.claim(ticket?.id ?? '', { operatorId: 'igor' });
    expect(await one.engine.conversations.get(conversationId)).toMatchObject({ operatorId: 'olga', attendBy: null });
  });
});

describe('nobody available', () => {
  it('the client is told the truth, and when people are back', async () => {
    const one = at(FRIDAY_AFTERNOON + 3 * 3_600_000, { hours: BERLIN });
    const outcome = await one.engine.receive({ clientId: 'c', text: 'gibberish', channel: CHANNEL, locale: 'en' });
    const notice = outcome.replies.find(({ type }) => type === 'escalation_notice')?.text;
    expect(notice).toMatch(/queue/);
    expect(notice).toMatch(/8:00/);
    expect(outcome.ticket).toMatchObject({ status: 'open', assignee: null });
    expect((await one.engine.explain(outcome.messageId))?.inputs.peopleAvailable).toBe(false);
  });

  it('also where the host says that nobody is there', async () => {
    const one = desk({ peopleAvailable: () => false });
    const outcome = await one.engine.receive({ clientId: 'c', text: 'gibberish', channel: CHANNEL, locale: 'en' });
    expect(outcome.replies.at(-1)?.text).toMatch(/as soon as/);
  });

  it('and a host that cannot say it keeps no message waiting', async () => {
    const peopleAvailable = (): boolean => {
      throw new Error('the roster is down');
    };
    const one = desk({ peopleAvailable });
    const outcome = await one.engine.receive({ clientId: 'c', text: 'gibberish', channel: CHANNEL, locale: 'en' });
    expect(outcome.replies.at(-1)?.text).toMatch(/passed your question/);
  });

  it('the queue hands out the most urgent first, each ticket to one person', async () => {
    const one = desk();
    for (const [clientId, text] of [
      ['a', 'gibberish'],
      ['b', 'stolen'],
      ['d', 'blah'],
    ] as const) {
      await one.engine.receive({ clientId, text, channel: CHANNEL });
      await one.clock.advance('1m');
    }
    expect((await one.engine.tickets.queue()).map(({ clientId }) => clientId)).toEqual(['b', 'a', 'd']);
    const people = ['olga', 'igor', 'anna', 'late'];
    const claimed = await Promise.all(people.map((operatorId) => one.engine.tickets.claimNext({ operatorId })));
    const ids = claimed.flatMap((ticket) => (ticket === null ? [] : [ticket.id]));
    expect(new Set(ids).size).toBe(3);
    expect(claimed.filter((ticket) => ticket === null)).toHaveLength(1);
    expect(await one.engine.tickets.queue()).toEqual([]);
  });
});

describe('what people do', () => {
  it('is in the feed, each step with who did it', async () => {
    const one = desk();
    const { conversationId, ticket } = await say(one, 'gibberish');
    const olga = { operatorId: 'olga' };
    await one.engine.tickets.claim(ticket?.id ?? '', olga);
    await one.engine.operators.note(conversationId, { ...olga, text: 'called them, no answer' });
    await one.engine.operators.takeOver(conversationId, olga);
    await one.engine.operators.reply(conversationId, { ...olga, text: 'hello' });
    await one.engine.operators.recordReply(conversationId, { ...olga, text: 'on the phone' });
    await one.engine.operators.release(conversationId, olga);
    await one.engine.operators.resolve(conversationId, olga);
    await one.engine.privacy.export('c', olga);
    const acts = (
      await feed(
        one.engine,
        'ticket.updated',
        'conversation.noted',
        'conversation.taken_over',
        'message.sent',
        'conversation.released',
        'conversation.closed',
        'conversation.exported',
      )
    ).map(({ type, data }) => `${type} ${String(data['operatorId'])}`);
    expect(acts).toEqual([
      'ticket.updated olga',
      'conversation.noted olga',
      'conversation.taken_over olga',
      'message.sent olga',
      'message.sent olga',
      'conversation.released olga',
      'ticket.updated olga',
      'conversation.closed olga',
      'conversation.exported olga',
    ]);
  });

  it('notes are for people only, in every state, and change nothing', async () => {
    const one = desk();
    const { conversationId, ticket } = await say(one, 'gibberish');
    await one.engine.operators.resolve(conversationId);
    const note = await one.engine.operators.note(conversationId, { operatorId: 'olga', text: ' done \n' });
    expect(note).toMatchObject({ operatorId: 'olga', text: 'done', ticketId: null });
    expect(ticket).not.toBeNull();
    expect(await one.engine.conversations.notes(conversationId)).toEqual([note]);
    await expect(one.engine.operators.note(conversationId, { text: '  ' })).rejects.toMatchObject({
      code: 'invalid_input',
    });
    await expect(one.engine.operators.note('nowhere', { text: 'x' })).rejects.toMatchObject({ code: 'not_found' });
    await one.engine.tick();
    expect(one.transport.sent.every(({ message }) => message.type !== 'operator')).toBe(true);
  });

  it('a transcript has everything that was said, and notes only where asked for', async () => {
    const one = at(FRIDAY_AFTERNOON, { hours: BERLIN });
    const { conversationId } = await say(one, 'gibberish');
    await one.engine.operators.reply(conversationId, { operatorId: 'olga', text: 'Good afternoon' });
    await one.engine.operators.note(conversationId, { operatorId: 'olga', text: 'a friendly one' });
    const text = await one.engine.conversations.transcript(conversationId);
    expect(text).toMatch(/gibberish[^]*Good afternoon/);
    expect(text).toMatch(/16:00|4:00/);
    expect(text).not.toMatch(/friendly/);
    expect(await one.engine.conversations.transcript(conversationId, { notes: true, format: 'markdown' })).toMatch(
      /friendly/,
    );
    expect(await one.engine.conversations.transcript('nowhere')).toBeNull();
  });
});

describe('who acts', () => {
  const steps: readonly (readonly [string, (one: Desk, ids: Ids, who: object) => Promise<unknown>])[] = [
    ['takeOver', ({ engine }, { conversationId }, who) => engine.operators.takeOver(conversationId, who)],
    ['release', ({ engine }, { conversationId }, who) => engine.operators.release(conversationId, who)],
    ['resolve', ({ engine }, { conversationId }, who) => engine.operators.resolve(conversationId, who)],
    ['reply', ({ engine }, { conversationId }, who) => engine.operators.reply(conversationId, { text: 'hi', ...who })],
    [
      'recordReply',
      ({ engine }, { conversationId }, who) => engine.operators.recordReply(conversationId, { text: 'hi', ...who }),
    ],
    ['note', ({ engine }, { conversationId }, who) => engine.operators.note(conversationId, { text: 'hi', ...who })],
    ['correct', ({ engine }, { messageId }, who) => engine.operators.correct(messageId, 'REFERRAL', who)],
  ];
  interface Ids {
    readonly conversationId: string;
    readonly messageId: string;
  }

  it.each(steps)('%s is somebody’s, or refused', async (_step, act) => {
    const one = at(FRIDAY_AFTERNOON, undefined);
    const ids = await say(one, 'gibberish');
    const before = await one.engine.conversations.get(ids.conversationId);
    for (const operatorId of [undefined, null, '', ' ', 7, {}, 'x'.repeat(256), 'a\u0000b']) {
      await expect(act(one, ids, { operatorId })).rejects.toMatchObject({ code: 'invalid_input', path: 'operatorId' });
    }
    await expect(act(one, ids, { operator: 'olga' })).rejects.toMatchObject({
      code: 'invalid_input',
      path: 'operator',
      message: expect.stringContaining('operatorId') as string,
    });
    expect(await one.engine.conversations.get(ids.conversationId)).toEqual(before);
    expect(await one.engine.conversations.notes(ids.conversationId)).toEqual([]);
  });

  it('is stored without spaces around it', async () => {
    const one = at(FRIDAY_AFTERNOON, undefined);
    const { conversationId } = await say(one, 'gibberish');
    expect(await one.engine.operators.takeOver(conversationId, { operatorId: ' olga ' })).toMatchObject({
      operatorId: 'olga',
    });
  });

  it('and where, and what, are asked for', async () => {
    const { engine } = at(FRIDAY_AFTERNOON, undefined);
    const refused = (path: string) => ({ code: 'invalid_input', path });
    await expect(engine.operators.takeOver(undefined as never)).rejects.toMatchObject(refused('conversationId'));
    await expect(engine.operators.note(undefined as never, { text: 'x' })).rejects.toMatchObject(
      refused('conversationId'),
    );
    await expect(engine.operators.takeOver('c', null as never)).rejects.toMatchObject(refused('params'));
    await expect(engine.operators.note('c', undefined as never)).rejects.toMatchObject(refused('params'));
    await expect(engine.operators.note('c', {} as never)).rejects.toMatchObject(refused('text'));
    await expect(engine.operators.reply('c', undefined as never)).rejects.toMatchObject(refused('params'));
    await expect(engine.operators.reply('c', { text: 1 } as never)).rejects.toMatchObject(refused('text'));
  });
});
