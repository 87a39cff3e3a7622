import { type RequestHandler, Router } from 'express';
import { z } from 'zod';
import type { AppContext } from '../context';
import { given, paging, parseWire } from '../parse';
import { Problem } from '../problem';
import { idOf, resource } from '../resource';
import { wire, wirePage } from '../wire';

const filters = z.strictObject({
  ...paging,
  client_id: z.string().optional(),
  owner: z.enum(['bot', 'human']).optional(),
  status: z.enum(['open', 'waiting_on_person', 'waiting_on_incident', 'closed']).optional(),
});

export function conversationRoutes({ engine }: AppContext): Router {
  const router = Router();
  const { conversations } = engine;

  const existing = async (id: string) => {
    const conversation = await conversations.get(id);
    if (conversation === null) throw new Problem('not_found', 'there is no such conversation');
    return conversation;
  };

  const list: RequestHandler = async (req, res) => {
    const { client_id: clientId, ...others } = parseWire(filters, req.query, 'query');
    res.json(wirePage(await conversations.list(given({ clientId, ...others }))));
  };

  const get: RequestHandler = async (req, res) => {
    const conversation = await existing(idOf(req));
    const reminders = await conversations.reminders(conversation.id);
    res.json(wire({ ...conversation, reminders }));
  };

  const messages: RequestHandler = async (req, res) => {
    const page = parseWire(z.strictObject(paging), req.query, 'query');
    const { id } = await existing(idOf(req));
    res.json(wirePage(await conversations.messages(id, given(page))));
  };

  resource(router, '/api/conversations', { GET: list });
  resource(router, '/api/conversations/:id', { GET: get });
  resource(router, '/api/conversations/:id/messages', { GET: messages });
  return router;
}
