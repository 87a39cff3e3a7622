import { describe, expect, it } from 'vitest';
import { type FeedEvent, memoryStorage, type Storage, type Ticket } from '../src/index';
import { desk, type Desk } from './support/fixture';

/** A conversation that waits for a person, and its ticket. */
async function escalated(storage: Storage = memoryStorage()): Promise<Desk & { readonly ticket: Ticket }> {
  const one = desk({ storage });
  const { ticket } = await one.engine.receive({ clientId: 'c', text: 'stolen' });
  if (ticket === null) throw new Error('the message did not escalate');
  return { ...one, ticket };
}

async function updates({ storage }: Desk): Promise<FeedEvent[]> {
  const events = await storage.events({ tenant: 'default', after: 0, limit: 500 });
  return events.filter(({ type }) => type === 'ticket.updated');
}

describe('tickets.update', () => {
  it('changes what is given, keeps the rest, and tells the feed in ids and codes', async () => {
    const one = await escalated();
    await one.clock.advance('1m');
    const updated = await one.engine.tickets.update(one.ticket.id, {
      status: 'in_progress',
      priority: 'urgent',
      assignee: 'olga',
      operatorId: 'ivan',
    });

    const changes = { status: 'in_progress', priority: 'urgent', assignee: 'olga' };
    expect(updated).toEqual({ ...one.ticket, ...changes, updatedAt: one.clock.now() });
    expect(await one.engine.tickets.get(one.ticket.id)).toEqual(updated);
    expect(await updates(one)).toMatchObject([
      {
        at: one.clock.now(),
        conversationId: one.ticket.conversationId,
        data: { ticketId: one.ticket.id, ...changes, operatorId: 'ivan' },
      },
    ]);

    expect(await one.engine.tickets.update(one.ticket.id, { priority: 'low' })).toEqual({
      ...updated,
      priority: 'low',
    });
  });

  it('leaves alone what is as wanted already', async () => {
    const one = await escalated();
    const [before] = await one.storage.states({
      tenant: 'default',
      conversationIds: [one.ticket.conversationId ?? ''],
    });
    await one.clock.advance('1m');
    expect(await one.engine.tickets.update(one.ticket.id, { status: 'open', assignee: null })).toEqual(one.ticket);
    expect(await updates(one)).toEqual([]);
    const [after] = await one.storage.states({ tenant: 'default', conversationIds: [one.ticket.conversationId ?? ''] });
    expect(after).toEqual(before);
  });

  it('gives a ticket to one of those who claim it at the same time', async () => {
    const one = await escalated();
    const names = ['olga', 'ivan', 'anna', 'boris', 'clara'];
    const claims = await Promise.allSettled(
      names.map((assignee) => one.engine.tickets.update(one.ticket.id, { assignee })),
    );

    const won = claims.flatMap((claim) => (claim.status === 'fulfilled' ? [claim.value.assignee] : []));
    const lost = claims.flatMap((claim) => (claim.status === 'rejected' ? [claim.reason as unknown] : []));
    expect(won).toHaveLength(1);
    expect(lost).toHaveLength(4);
    for (const error of lost) {
      expect(error).toMatchObject({
        code: 'conflict',
        path: 'assignee',
        message: expect.stringContaining('null first'),
      });
    }
    expect((await one.engine.tickets.get(one.ticket.id))?.assignee).toBe(won[0]);
    expect(await updates(one)).toHaveLength(1);
  });

  it('gives it to somebody else once it was given up', async () => {
    const one = await escalated();
    const assign = (assignee: string | null) => one.engine.tickets.update(one.ticket.id, { assignee });
    await assign('olga');
    expect((await assign('olga')).assignee).toBe('olga');
    await expect(assign('ivan')).rejects.toMatchObject({ code: 'conflict' });
    expect((await assign(null)).assignee).toBeNull();
    expect((await assign('ivan')).assignee).toBe('ivan');
  });

  it('ends the waiting for a person when it is resolved, for good', async () => {
    const one = await escalated();
    const conversationId = one.ticket.conversationId ?? '';
    expect(await one.engine.conversations.get(conversationId)).toMatchObject({ status: 'waiting_on_person' });
    await one.engine.tickets.update(one.ticket.id, { status: 'resolved' });

    const [state] = await one.storage.states({ tenant: 'default', conversationIds: [conversationId] });
    expect(state?.conversation).toMatchObject({ owner: 'bot', status: 'open', ticketId: null });
    await expect(one.engine.tickets.update(one.ticket.id, { status: 'open' })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('opens a new one'),
    });
    expect((await one.engine.tickets.update(one.ticket.id, { status: 'resolved' })).status).toBe('resolved');
    const next = await one.engine.receive({ clientId: 'c', text: 'my card was stolen' });
    expect(next.status).toBe('escalated');
    expect(next.ticket?.id).not.toBe(one.ticket.id);
  });

  it('leaves a conversation with the person who owns it', async () => {
    const one = await escalated();
    const conversationId = one.ticket.conversationId ?? '';
    await one.engine.operators.takeOver(conversationId, { operatorId: 'olga' });
    await one.engine.tickets.update(one.ticket.id, { status: 'resolved' });
    expect(await one.engine.conversations.get(conversationId)).toMatchObject({ owner: 'human', operatorId: 'olga' });
    const released = await one.engine.operators.release(conversationId, { operatorId: 'olga' });
    expect(released).toMatchObject({ owner: 'bot', status: 'open', ticketId: null });
  });

  it.each(['states', 'commit'] as const)('looks again when somebody takes over before its %s', async (step) => {
    const storage = memoryStorage();
    const one = await escalated(storage);
    const original = storage[step].bind(storage) as (params: never) => Promise<never>;
    let meanwhile = async (): Promise<void> => {
      meanwhile = async () => undefined;
      await one.engine.operators.takeOver(one.ticket.conversationId ?? '', { operatorId: 'olga' });
    };
    storage[step] = async (params: never) => {
      await meanwhile();
      return original(params);
    };
    await expect(one.engine.tickets.update(one.ticket.id, { assignee: 'ivan' })).rejects.toMatchObject({
      code: 'conflict',
      path: 'assignee',
    });
    expect(await one.engine.tickets.get(one.ticket.id)).toMatchObject({ status: 'in_progress', assignee: 'olga' });
  });

  it('gives up where the conversation never stops changing', async () => {
    const storage = memoryStorage();
    const one = await escalated(storage);
    storage.commit = () => Promise.resolve({ status: 'conflict' });
    await expect(one.engine.tickets.update(one.ticket.id, { priority: 'low' })).rejects.toMatchObject({
      code: 'conflict',
      retryAfterMs: 1_000,
    });
  });

  const faulty: readonly (readonly [changes: object, path: string | undefined])[] = [
    [{}, undefined],
    [{ operatorId: 'olga' }, undefined],
    [{ status: 'closed' }, 'status'],
    [{ status: null }, 'status'],
    [{ priority: 'maximal' }, 'priority'],
    [{ assignee: ' ' }, 'assignee'],
    [{ assignee: 7 }, 'assignee'],
    [{ assignee: 'x'.repeat(256) }, 'assignee'],
    [{ status: 'in_progress' }, 'assignee'],
    [{ status: 'in_progress', assignee: undefined }, 'assignee'],
    [{ status: 'in_progress', assignee: null }, 'assignee'],
    [{ priority: 'low', operatorId: '' }, 'operatorId'],
    [{ priority: 'low', operatorId: undefined }, 'operatorId'],
    [{ priority: 'low', asignee: 'olga' }, 'asignee'],
    [undefined as never, 'changes'],
  ];

  it.each(faulty)('refuses %j', async (changes, path) => {
    const one = await escalated();
    await expect(one.engine.tickets.update(one.ticket.id, changes)).rejects.toMatchObject({
      code: 'invalid_input',
      path,
    });
    expect(await one.engine.tickets.get(one.ticket.id)).toEqual(one.ticket);
  });

  it('knows no other ticket', async () => {
    const { engine } = desk();
    await expect(engine.tickets.update('nothing', { status: 'resolved' })).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('a ticket in progress is somebody’s', () => {
  it('or it is back in the queue', async () => {
    const { engine, ticket } = await escalated();
    await engine.tickets.claim(ticket.id, { operatorId: 'olga' });
    const givenUp = await engine.tickets.update(ticket.id, { assignee: null });
    expect(givenUp).toMatchObject({ status: 'open', assignee: null });
    expect(await engine.tickets.queue()).toEqual([givenUp]);
    await engine.tickets.update(ticket.id, { assignee: 'ivan' });
    expect(await engine.tickets.update(ticket.id, { status: 'in_progress' })).toMatchObject({ assignee: 'ivan' });
  });

  // What a host without types passes on from a request.
  const nobody: readonly (readonly [params: unknown, path: string])[] = [
    [undefined, 'params'],
    [null, 'params'],
    ['olga', 'params'],
    [{}, 'operatorId'],
    [{ operatorId: undefined }, 'operatorId'],
    [{ operatorId: null }, 'operatorId'],
    [{ operatorId: '' }, 'operatorId'],
    [{ operatorId: ' \t' }, 'operatorId'],
    [{ operatorId: 7 }, 'operatorId'],
    [{ operatorId: ['olga'] }, 'operatorId'],
    [{ operatorId: 'x'.repeat(256) }, 'operatorId'],
    [{ operatorId: 'olga', force: true }, 'force'],
  ];

  it.each(nobody)('so %j claims nothing', async (params, path) => {
    const { engine, ticket } = await escalated();
    const refusal = { code: 'invalid_input', path, message: expect.stringContaining(`${path}: `) };
    await expect(engine.tickets.claimNext(params as never)).rejects.toMatchObject(refusal);
    await expect(engine.tickets.claim(ticket.id, params as never)).rejects.toMatchObject(refusal);
    expect(await engine.tickets.queue()).toEqual([ticket]);
  });

  it('and an id is a text', async () => {
    const { engine } = desk();
    for (const call of [
      engine.tickets.claim(undefined as never, { operatorId: 'olga' }),
      engine.tickets.update({} as never, { priority: 'low' }),
    ]) {
      await expect(call).rejects.toMatchObject({ code: 'invalid_input', path: 'ticketId' });
    }
  });
});
