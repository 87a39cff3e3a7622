// Rows as a desk leaves them after a long time, written by the database itself: ten messages a conversation, every second one
// an answer with its decision and delivery, and three entries of the feed for each question.
const EACH = 10;
const DAY_MS = 86_400_000;
const numbers = (count) =>
  `with recursive n(i) as (select cast(0 as bigint) union all select i + 1 from n where i + 1 < ${count})`;

/** Statements that store so many messages, the last of them a day ago. Both databases understand them. */
export function history(messages, now) {
  const conversations = Math.max(1, Math.round(messages / EACH));
  const answers = conversations * (EACH / 2);
  const start = now - 30 * DAY_MS;
  const step = Math.floor((29 * DAY_MS) / messages);
  const day = Math.floor(now / DAY_MS) - 1;
  const at = `${start} + i * ${step}`;
  const record = `'{"reasons":["' || '${'x'.repeat(600)}' || '"]}'`;
  return [
    `insert into clients (tenant, id, recent, created_at, version, greeted_at, locale)
      ${numbers(conversations)} select 'default', 'old' || i, '[]', ${at}, 5, ${at}, 'en' from n`,
    `insert into conversations (tenant, id, client_id, channel, channel_key, locale, owner, status, last_seq, inbound_count,
      created_at, last_inbound_at, last_outbound_at, active_on, version)
      ${numbers(conversations)} select 'default', 'oc' || i, 'old' || i, '{"transport":"none","address":{"to":"x"}}', 'none:' || i,
      'en', 'bot', 'open', ${EACH}, ${EACH / 2}, ${at}, ${at}, ${at}, ${day}, 10 from n`,
    `insert into messages (tenant, id, conversation_id, client_id, seq, direction, text, attachments, automated, created_at,
      in_turn, decided_at, idempotency_key, decision_id, type, send_at, locale)
      ${numbers(messages)} select 'default', 'om' || i, 'oc' || (i / ${EACH}), 'old' || (i / ${EACH}), i % ${EACH} + 1,
      case when i % 2 = 0 then 'inbound' else 'outbound' end, 'How does the referral program work, and what do I get for it?',
      case when i % 2 = 0 then '[]' end, case when i % 2 = 0 then 0 end, ${at}, case when i % 2 = 0 then 0 end,
      case when i % 2 = 0 then ${at} end, case when i % 2 = 0 then 'ok' || i end, 'od' || (i / 2),
      case when i % 2 = 1 then 'bot_auto' end, case when i % 2 = 1 then ${at} end, 'en' from n`,
    `insert into idempotency_keys (tenant, key, fingerprint, message_id)
      ${numbers(answers)} select 'default', 'ok' || (2 * i), 'f' || i, 'om' || (2 * i) from n`,
    `insert into decisions (tenant, id, message_id, trigger, outcome, record)
      ${numbers(answers)} select 'default', 'od' || i, 'om' || (2 * i), 'message', 'answered', ${record} from n`,
    `insert into deliveries (tenant, id, message_id, conversation_id, client_id, transport, type, seq, status, attempts,
      attempts_this_run, next_attempt_at, created_at, settled_at, open_attempts, possible_duplicate)
      ${numbers(answers)} select 'default', 'ov' || i, 'om' || (2 * i + 1), 'oc' || (2 * i / ${EACH}), 'old' || (2 * i / ${EACH}),
      'none', 'bot_auto', 2 * i % ${EACH} + 2, 'sent', 1, 1, ${at}, ${at}, ${at}, 0, 0 from n`,
    `insert into events (tenant, seq, type, at, conversation_id, data)
      ${numbers(3 * answers)} select 'default', i + 1, 'message.received', ${at}, 'oc' || (2 * (i / 3) / ${EACH}), '{}' from n`,
  ];
}

/** So many conversations with a reminder that is due in a month. */
export function pendingReminders(count, now) {
  const due = now + 30 * DAY_MS;
  const day = Math.floor(now / DAY_MS);
  return [
    `insert into clients (tenant, id, recent, created_at, version)
      ${numbers(count)} select 'default', 'w' || i, '[]', ${now}, 1 from n`,
    `insert into conversations (tenant, id, client_id, channel, channel_key, owner, status, last_seq, inbound_count, created_at,
      last_inbound_at, last_outbound_at, active_on, version)
      ${numbers(count)} select 'default', 'wc' || i, 'w' || i, '{"transport":"none","address":{"to":"x"}}', 'none:w' || i, 'bot',
      'open', 2, 1, ${now}, ${now}, ${now}, ${day}, 2 from n`,
    `insert into reminders (tenant, id, conversation_id, episode, episode_at, step, scenario, due_at, status, created_at)
      ${numbers(count)} select 'default', 'wr' || i, 'wc' || i, 'wm' || i, ${now}, 0, 'REFERRAL', ${due} + i, 'pending', ${now}
      from n`,
    `insert into due_work (tenant, kind, conversation_id, ready_at, claims)
      ${numbers(count)} select 'default', 'remind', 'wc' || i, ${due} + i, 0 from n`,
  ];
}
