import type { Engine, Outcome } from '@firstline/core';
import fc from 'fast-check';
import { expect } from 'vitest';
import { compare, compareAfterTick, learn, troubled } from './agreement';
import { ANSWERED, type ClientModel, type DeskModel, type Said, TEXTS, type Wording } from './model';
import type { Attempt, World } from './world';

export type DeskCommand = fc.AsyncCommand<DeskModel, World>;

export const at = fc.constantFrom(0 as const, 1 as const);
const rarely = fc.oneof({ weight: 7, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) });
export const wording: fc.Arbitrary<Wording> = fc.record({
  text: fc.oneof(
    { weight: 2, arbitrary: fc.constantFrom(...TEXTS) },
    // What the bot finishes alone, or conversations would do little but wait for people.
    { weight: 3, arbitrary: fc.constantFrom(...ANSWERED) },
  ),
  screenshot: rarely,
  automated: rarely,
});

/** A client writes something new. */
function say(at: 0 | 1, who: number, wording: Wording, wait: boolean): DeskCommand {
  return {
    check: () => true,

    run: async (model: DeskModel, world: World) => {
      const client = model.client(who);
      const id = `${client.id}-${model.sent.length}`;
      const came = await world.ask(at, send(client, id, wording, wait));
      model.sent.push({ client, id, ...wording, messageId: acknowledge(world, came) });
      client.tries += 1;
      if (!troubled(model, world)) {
        if (came.came !== 'value') throw new Error(`a message was refused: ${JSON.stringify(came)}`);
        const { status, conversationId, messageId } = came.value;
        if (wait) expect(['answered', 'escalated', 'held']).toContain(status);
        else expect(status).toBe('accepted');
        const known = client.conversationId;
        const opens = client.stage === 'none' || client.stage === 'closed';
        expect(conversationId === known, 'a closed conversation is not written in').toBe(!opens);
        const inTurn = client.transport === 'chat' && !wait && !wording.automated;
        client.accept(conversationId, { ...said(wording, messageId, world), inTurn });
      }
      await compare(model, world, [client]);
    },

    toString: () => `say(${at}, ${who}, ${JSON.stringify(wording)}, wait: ${wait})`,
  };
}

/** The same message comes again, or another one under the same id. */
function repeat(at: 0 | 1, which: number, otherwise: boolean, wait: boolean): DeskCommand {
  return {
    check: (model: Readonly<DeskModel>) => model.sent.length > 0,

    run: async (model: DeskModel, world: World) => {
      const sent = model.sent[which % model.sent.length] as DeskModel['sent'][number];
      const unknown = sent.messageId === null;
      const changed = otherwise && !unknown;
      const wording = { ...sent, text: changed ? `${sent.text}, in other words` : sent.text };
      const came = await world.ask(at, send(sent.client, sent.id, wording, wait));
      const messageId = acknowledge(world, came);
      if (came.came === 'value' && sent.messageId !== null) {
        expect(came.value).toMatchObject({ status: 'duplicate', messageId: sent.messageId });
      }
      sent.messageId ??= messageId;
      if (!troubled(model, world)) {
        const expected = changed ? { came: 'refusal', code: 'idempotency_key_reused' } : { came: 'value' };
        expect(came).toMatchObject(expected);
        // What was lost before may have arrived only now.
        if (unknown) await learn(sent.client, world);
      }
      await compare(model, world, [sent.client]);
    },

    toString: () => `repeat(${at}, ${which}, otherwise: ${otherwise}, wait: ${wait})`,
  };
}

/** A client writes message by message, while the desk is at work. */
function chat(at: 0 | 1, who: number, wordings: readonly Wording[], pause: number): DeskCommand {
  return {
    check: () => true,

    run: async (model: DeskModel, world: World) => {
      for (const wording of wordings) {
        await say(at, who, wording, false).run(model, world);
        await world.clock.advance(pause);
        await world.ask(at, (engine) => engine.tick());
        await compareAfterTick(model, world);
      }
    },

    toString: () => `chat(${at}, ${who}, ${JSON.stringify(wordings)}, pause: ${pause})`,
  };
}

/** Several messages at once through both processes, one of which is at work: all new, or one and the same. */
function burst(who: number, wordings: Wording[], same: boolean): DeskCommand {
  return {
    check: () => true,

    run: async (model: DeskModel, world: World) => {
      const client = model.client(who);
      const first = model.sent.length;
      const [one] = wordings as [Wording];
      const list = wordings.map((wording, index) => ({
        wording: same ? one : wording,
        id: `${client.id}-${same ? first : first + index}`,
      }));
      const writing = list.map(({ wording, id }, index) =>
        world.try((index % 2) as 0 | 1, send(client, id, wording, true)),
      );
      const [all] = await world.live(Promise.all([Promise.all(writing), world.try(1, (engine) => engine.tick())]));
      const ids = all.map((came) => acknowledge(world, came));
      const stored = new Set(ids.filter((id) => id !== null));
      if (same) expect(stored.size).toBeLessThanOrEqual(1);
      list.slice(0, same ? 1 : list.length).forEach(({ id, wording }, index) => {
        const messageId = same ? ([...stored][0] ?? null) : (ids[index] ?? null);
        model.sent.push({ client, id, ...wording, messageId });
      });
      client.tries += list.length;
      if (!troubled(model, world)) expect(stored.size).toBe(same ? 1 : list.length);
      for (const one of model.clients) await learn(one, world);
      await compare(model, world);
    },

    toString: () => `burst(${who}, ${JSON.stringify(wordings)}, same: ${same})`,
  };
}

export function send(client: ClientModel, id: string, wording: Wording, wait: boolean) {
  const { text, screenshot, automated } = wording;
  const input = {
    clientId: client.id,
    id,
    text,
    automated,
    channel: { transport: client.transport, address: { to: client.id } },
    ...(screenshot ? { attachments: [{ kind: 'image', url: 'https://files.example/screenshot.png' } as const] } : {}),
  };
  return (engine: Engine): Promise<Outcome> => engine.receive(input, { wait });
}

/** The id of the message where the client was told that it is stored. */
export function acknowledge(world: World, came: Attempt<Outcome>): string | null {
  if (came.came !== 'value') return null;
  world.acknowledged.add(came.value.messageId);
  return came.value.messageId;
}

function said(
  { text, screenshot, automated }: Wording,
  messageId: string,
  world: World,
): Omit<Said, 'inTurn' | 'opens'> {
  return { messageId, text, attachments: screenshot ? 1 : 0, automated, at: world.clock.now() };
}

const says = fc.tuple(at, fc.nat(2), wording, fc.boolean()).map((args) => say(...args));
const repeats = fc.tuple(at, fc.nat(20), fc.boolean(), fc.boolean()).map((args) => repeat(...args));
const wordings = fc.array(wording, { minLength: 2, maxLength: 5 });
const bursts = fc.tuple(fc.nat(2), wordings, fc.boolean()).map((args) => burst(...args));

/** One thought in several messages, as people chat: a quiet window is longer than the pause between them. */
const chats = fc
  .tuple(at, fc.nat(2), fc.array(wording, { minLength: 2, maxLength: 5 }), fc.constantFrom(1_000, 2_000, 4_000))
  .map(([at, who, wordings, pause]) => chat(at, who, wordings, pause));

export const clientCommands: readonly fc.Arbitrary<DeskCommand>[] = [
  ...[says, says, says, says, says, says],
  ...[chats, chats],
  repeats,
  bursts,
];
