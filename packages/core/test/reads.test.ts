import { describe, expect, it } from 'vitest';
import { CHANNEL, desk } from './support/fixture';

const refused = (path: string) => ({
  code: 'invalid_input',
  path,
  message: expect.stringContaining(`${path}: `) as string,
});

describe('a list', () => {
  it('refuses filters that it does not know, which would let everybody through', async () => {
    const { engine } = desk();
    await engine.receive({ clientId: 'anna', text: 'hi', channel: CHANNEL });
    const { conversations, tickets, deliveries } = engine;
    await expect(conversations.list({ client: 'anna' } as never)).rejects.toMatchObject({
      ...refused('client'),
      message: 'client: unknown key "client"; did you mean `clientId`?',
    });
    await expect(conversations.list({ tenant: 'other' } as never)).rejects.toMatchObject(refused('tenant'));
    await expect(conversations.messages('c', { clientId: 'anna' } as never)).rejects.toMatchObject(refused('clientId'));
    await expect(tickets.list({ assignee: 'olga' } as never)).rejects.toMatchObject(refused('assignee'));
    await expect(tickets.queue({ assignee: 'olga' } as never)).rejects.toMatchObject(refused('assignee'));
    await expect(deliveries.list({ clientId: 'anna' } as never)).rejects.toMatchObject(refused('clientId'));
    expect((await conversations.list({ clientId: 'anna' })).items).toHaveLength(1);
    expect((await conversations.list({ clientId: 'boris', limit: 1 })).items).toEqual([]);
  });

  it.each([
    [{ status: 'opened' }, 'status'],
    [{ owner: 'person' }, 'owner'],
    [{ clientId: 7 }, 'clientId'],
    [{ clientId: null }, 'clientId'],
    [{ cursor: 3 }, 'cursor'],
    [{ limit: 0 }, 'limit'],
    [{ limit: '10' }, 'limit'],
    ['anna', 'params'],
    [null, 'params'],
  ])('of conversations refuses %j', async (params, path) => {
    await expect(desk().engine.conversations.list(params as never)).rejects.toMatchObject(refused(path));
  });

  it('takes what is undefined for what is left out', async () => {
    const { engine } = desk();
    await engine.receive({ clientId: 'anna', text: 'hi' });
    const params = { status: undefined, cursor: undefined, limit: undefined } as never;
    expect((await engine.conversations.list(params)).items).toHaveLength(1);
  });
});

describe('a ticket', () => {
  it('is asked for by its id', async () => {
    const { tickets } = desk().engine;
    await expect(tickets.get(undefined as never)).rejects.toMatchObject(refused('ticketId'));
    await expect(tickets.clock(undefined as never)).rejects.toMatchObject(refused('ticketId'));
    expect(await tickets.get('none')).toBeNull();
  });
});

describe('the feed', () => {
  it.each([[Number.NaN], [-1], [0.5], [Number.POSITIVE_INFINITY], ['7']])(
    'is not followed from behind %s, which nothing comes behind',
    async (after) => {
      const { engine } = desk();
      await engine.receive({ clientId: 'anna', text: 'hi' });
      await expect(engine.events.subscribe({ after: after as never }).next()).rejects.toMatchObject(refused('after'));
      await engine.stop();
    },
  );
});
