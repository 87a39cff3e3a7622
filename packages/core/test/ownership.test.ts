import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Conversation } from '../src/index';
import { afterStep, type ConversationStage, refusal, stageOf, STAGES } from '../src/policies/ownership';

const STORED: Readonly<Record<ConversationStage, Pick<Conversation, 'owner' | 'status'>>> = {
  bot: { owner: 'bot', status: 'open' },
  waiting_on_person: { owner: 'bot', status: 'waiting_on_person' },
  waiting_on_incident: { owner: 'bot', status: 'waiting_on_incident' },
  human: { owner: 'human', status: 'open' },
  closed: { owner: 'bot', status: 'closed' },
};
const STEPS = ['takeOver', 'reply', 'release', 'resolve', 'escalate', 'thank', 'lapse', 'cover', 'recover'] as const;

function conversation(stage: ConversationStage, operatorId: string | null = null): Conversation {
  return {
    ...STORED[stage],
    operatorId,
    tenant: 'default',
    id: 'v',
    clientId: 'c',
    channel: null,
    locale: null,
    ticketId: null,
    awaiting: null,
    attendBy: null,
    lastSeq: 1,
    createdAt: 0,
    lastInboundAt: 0,
    lastOutboundAt: null,
    closedAt: null,
    version: 1,
  };
}

describe('the ownership table', () => {
  it.each([
    ['bot', 'human human - closed waiting_on_person closed - waiting_on_incident -'],
    [
      'waiting_on_person',
      'human human - closed waiting_on_person waiting_on_person - waiting_on_person waiting_on_person',
    ],
    ['waiting_on_incident', 'human human - closed waiting_on_person waiting_on_incident - waiting_on_incident closed'],
    ['human', 'human human bot closed - - waiting_on_person - -'],
    ['closed', '- - - - - - - - -'],
  ] as const)('%s: %s', (stage, row) => {
    const after = STEPS.map((step) => {
      const next = afterStep(STORED[stage], step);
      return next === null ? '-' : stageOf(next);
    });
    expect(after.join(' ')).toBe(row);
  });

  it('every stage is stored as itself', () => {
    for (const stage of Object.keys(STAGES) as ConversationStage[]) expect(stageOf(STORED[stage])).toBe(stage);
  });

  it('whatever happens, only a person speaks from human, and nothing leaves closed', () => {
    const walk = fc.array(fc.constantFrom(...STEPS), { maxLength: 40 });
    fc.assert(
      fc.property(walk, (steps) => {
        let now: Pick<Conversation, 'owner' | 'status'> = STORED.bot;
        for (const step of steps) {
          const next = afterStep(now, step);
          if (stageOf(now) === 'closed') expect(next).toBeNull();
          if (stageOf(now) === 'human' && next !== null) {
            expect(['takeOver', 'reply', 'release', 'resolve', 'lapse']).toContain(step);
          }
          now = next ?? now;
        }
      }),
    );
  });

  it('says why a person may not', () => {
    expect(refusal('takeOver', conversation('human', 'olga'), 'igor')).toMatch(/another operator/);
    expect(refusal('takeOver', conversation('human', 'olga'), 'olga')).toBeNull();
    expect(refusal('reply', conversation('human', 'olga'), 'igor')).toBeNull();
    expect(refusal('release', conversation('bot'), 'igor')).toMatch(/already/);
    expect(refusal('resolve', conversation('closed'), 'igor')).toMatch(/closed/);
  });
});
