import type { Conversation, OperatorParams } from '@firstline/core';
import { type RequestHandler, Router } from 'express';
import { z } from 'zod';
import { operatorOf, requireRole } from '../auth/require-role';
import type { AppContext } from '../context';
import { jsonBody } from '../json-body';
import { given, parseWire } from '../parse';
import { idOf, resource } from '../resource';
import { wire } from '../wire';
import { attachmentsOf, attachmentsSchema } from '../wire-attachments';

const replyBody = z.strictObject({ text: z.string(), attachments: attachmentsSchema });

/** What people do in a conversation, under the name they signed in with. */
export function operatorRoutes({ engine: { operators }, auth }: AppContext): Router {
  const router = Router();
  const operator = requireRole(auth.tokens, 'operator');

  const act =
    (step: (conversationId: string, by: OperatorParams) => Promise<Conversation>): RequestHandler =>
    async (req, res) => {
      res.json(wire(await step(idOf(req), { operatorId: operatorOf(res).id })));
    };

  const say =
    (step: 'reply' | 'recordReply'): RequestHandler =>
    async (req, res) => {
      const { text, attachments } = parseWire(replyBody, req.body, 'body');
      const files = given({ attachments: attachmentsOf(attachments) });
      res.json(wire(await operators[step](idOf(req), { operatorId: operatorOf(res).id, text, ...files })));
    };

  const address = '/api/conversations/:id';
  resource(router, `${address}/take-over`, { POST: [operator, act((id, by) => operators.takeOver(id, by))] });
  resource(router, `${address}/release`, { POST: [operator, act((id, by) => operators.release(id, by))] });
  resource(router, `${address}/resolve`, { POST: [operator, act((id, by) => operators.resolve(id, by))] });
  resource(router, `${address}/reply`, { POST: [operator, ...jsonBody, say('reply')] });
  // What was said on the phone or in the platform's own app: it takes the conversation, and is not sent again.
  resource(router, `${address}/record-reply`, { POST: [operator, ...jsonBody, say('recordReply')] });
  return router;
}
