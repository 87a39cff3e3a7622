import type { Engine } from '@firstline/core';
import fc from 'fast-check';
import { expect } from 'vitest';
import { compare, learn, stateOf, troubled } from './agreement';
import { acknowledge, at, type DeskCommand, send, wording } from './commands-clients';
import { type ClientModel, type DeskModel, SILENT_AFTER_MS, type Wording } from './model';
import type { World } from './world';

type Step = Parameters<ClientModel['operate']>[0];

const STEPS: readonly Step[] = ['takeOver', 'reply', 'recordReply', 'release', 'resolve'];
const person = fc.constantFrom('olga', 'igor');

/** What the storage may answer at any time, and what an operator is told where the state does not allow a step. */
const REFUSALS: readonly string[] = ['storage_unavailable', 'conflict'];

const doing =
  (step: Step, client: ClientModel, operatorId: string) =>
  async ({ operators }: Engine): Promise<void> => {
    const conversationId = client.conversationId ?? '';
    const text = 'A person speaking';
    if (step === 'reply' || step === 'recordReply') await operators[step](conversationId, { operatorId, text });
    else await operators[step](conversationId, { operatorId });
  };

/** A person does one of the five things. */
function act(at: 0 | 1, who: number, step: Step, operatorId: string): DeskCommand {
  return {
    check: (model: Readonly<DeskModel>) => model.client(who).conversationId !== null,

    run: async (model: DeskModel, world: World) => {
      const client = model.client(who);
      // Closing decides first what is undecided, which may itself end the conversation.
      const decidesFirst = step === 'resolve' && client.undecided.length > 0;
      const came = await world.ask(at, doing(step, client, operatorId));
      if (came.came === 'refusal') expect(REFUSALS).toContain(came.code);
      if (!troubled(model, world)) {
        if (decidesFirst) {
          await learn(client, world);
          expect(client.stage, 'resolved').toBe('closed');
        } else {
          const allowed = client.operate(step, operatorId, world.clock.now());
          expect(came).toMatchObject(allowed ? { came: 'value' } : { came: 'refusal', code: 'conflict' });
        }
      }
      await compare(model, world, [client]);
    },

    toString: () => `${step}(${at}, ${who}, ${operatorId})`,
  };
}

/** A person acts in the moment in which the client writes. Either may come first; no rule may break. */
function collide(who: number, wording: Wording, step: Step, operatorId: string): DeskCommand {
  return {
    check: (model: Readonly<DeskModel>) => model.client(who).conversationId !== null,

    run: async (model: DeskModel, world: World) => {
      const client = model.client(who);
      const id = `${client.id}-${model.sent.length}`;
      const [wrote, acted] = await world.live(
        Promise.all([world.try(0, send(client, id, wording, true)), world.try(1, doing(step, client, operatorId))]),
      );
      model.sent.push({ client, id, ...wording, messageId: acknowledge(world, wrote) });
      client.tries += 1;
      if (acted.came === 'refusal') expect(REFUSALS).toContain(acted.code);
      if (!troubled(model, world)) expect(wrote.came).toBe('value');
      await learn(client, world);
      await compare(model, world, [client]);
    },

    toString: () => `collide(${who}, ${JSON.stringify(wording)}, ${step}, ${operatorId})`,
  };
}

/** Writes for other people; nothing else changes. */
function note(at: 0 | 1, who: number): DeskCommand {
  return {
    check: (model: Readonly<DeskModel>) => model.client(who).conversationId !== null,

    run: async (model: DeskModel, world: World) => {
      const client = model.client(who);
      const conversationId = client.conversationId ?? '';
      const came = await world.ask(at, ({ operators }) => operators.note(conversationId, { text: 'Called them' }));
      if (!troubled(model, world)) expect(came.came).toBe('value');
      await compare(model, world, [client]);
    },

    toString: () => `note(${at}, ${who})`,
  };
}

/** Takes or resolves the ticket of a conversation, past the conversation itself. */
function workTicket(at: 0 | 1, who: number, what: 'claim' | 'resolve', operatorId: string): DeskCommand {
  return {
    check: (model: Readonly<DeskModel>) => model.client(who).conversationId !== null,

    run: async (model: DeskModel, world: World) => {
      const client = model.client(who);
      const { ticket } = await stateOf(world.storage, client.conversationId ?? '');
      expect(ticket === null && client.stage === 'waiting', 'who waits has a ticket').toBe(false);
      if (ticket === null) return;
      const taken = ticket.assignee !== null && ticket.assignee !== operatorId;
      const came = await world.ask(at, ({ tickets }) =>
        what === 'claim'
          ? tickets.claim(ticket.id, { operatorId })
          : tickets.update(ticket.id, { status: 'resolved', operatorId }),
      );
      if (!troubled(model, world)) {
        const refused = what === 'claim' && taken;
        expect(came).toMatchObject(refused ? { came: 'refusal', code: 'conflict' } : { came: 'value' });
        if (client.stage === 'waiting' && what === 'resolve') {
          Object.assign(client, { stage: 'bot', awaiting: false, attendBy: null, attached: false });
        } else if (client.stage === 'waiting' && ticket.assignee === null) {
          client.attendBy = world.clock.now() + SILENT_AFTER_MS;
        }
      }
      await compare(model, world, [client]);
    },

    toString: () => `ticket(${at}, ${who}, ${what}, ${operatorId})`,
  };
}

const acts = fc.tuple(at, fc.nat(2), fc.constantFrom(...STEPS), person).map((args) => act(...args));
const collisions = fc.tuple(fc.nat(2), wording, fc.constantFrom(...STEPS), person).map((args) => collide(...args));
const notes = fc.tuple(at, fc.nat(2)).map((args) => note(...args));
const tickets = fc
  .tuple(at, fc.nat(2), fc.constantFrom('claim' as const, 'resolve' as const), person)
  .map((args) => workTicket(...args));

export const operatorCommands: readonly fc.Arbitrary<DeskCommand>[] = [acts, acts, acts, collisions, notes, tickets];
