import { given } from './assert';
import type { Fixture } from './fixture';
import { MINUTE, SECOND } from './values';

/** A conversation with everything in it: sent, dead, cancelled and waiting replies, reminders, a ticket, a note, a watch. */
export async function furnish(fixture: Fixture, clientId: string, key = `key of ${clientId}`) {
  const { rows } = fixture;
  const first = await fixture.hearLeased({ clientId, key, name: 'Anna' });
  const { conversation, message } = first.state;
  const ticket = rows.ticket(conversation, { messageId: message.id });
  const note = rows.note(conversation, { ticketId: ticket.id });
  const reminder = rows.reminder(conversation, fixture.now);
  const params = rows.decision(first, {
    client: { expectedVersion: 1, greetedAt: fixture.now },
    outbound: [rows.reply(), rows.reply(), rows.reply({ type: 'greeting' }), rows.reply(), rows.reply()],
    openTicket: ticket,
    addNote: note,
    scheduleReminder: reminder,
    conversation: { ticketId: ticket.id },
  });
  await fixture.commit(params);
  const claimNext = async () => given((await fixture.claimDeliveries())[0], 'a delivery to claim');
  const dead = await claimNext();
  await fixture.finish(rows.result(dead, 'dead'));
  await fixture.finish(rows.result(await claimNext(), 'sent'));
  await fixture.act(conversation.id, {
    cancelDeliveries: { types: ['greeting'], reason: 'taken_over' },
    watch: { dueAt: fixture.now },
  });
  const [remindLease] = await fixture.claim('remind', { conversationId: conversation.id });
  const [watchLease] = await fixture.claim('watch', { conversationId: conversation.id });
  const turn = await fixture.hearLeased({ clientId });
  const sending = await claimNext();
  return {
    ...{ conversation, message, ticket, note, reminder, turn, dead, sending, decision: given(params.decision) },
    ...{ remindLease: given(remindLease), watchLease: given(watchLease) },
  };
}

/** A conversation of somebody else with as much in it, none of which is due yet. */
export async function furnishQuietly(fixture: Fixture, clientId: string): Promise<string> {
  const { rows, now } = fixture;
  const turn = await fixture.hearLeased({ clientId, key: `key of ${clientId}` });
  const { conversation } = turn.state;
  const ticket = rows.ticket(conversation);
  await fixture.decide(turn, {
    outbound: [rows.reply({ delayMs: MINUTE })],
    openTicket: ticket,
    addNote: rows.note(conversation),
    scheduleReminder: rows.reminder(conversation, now + MINUTE),
    watch: { dueAt: now + MINUTE },
    conversation: { ticketId: ticket.id },
  });
  await fixture.hear({ clientId, turn: { quietMs: SECOND, maxWaitMs: SECOND } });
  return conversation.id;
}
