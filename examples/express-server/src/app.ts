import express, { type Express } from 'express';
import { requireRole, tokenFromQuery } from './auth/require-role';
import type { AppContext } from './context';
import { correlate } from './correlation';
import { notFound, problemHandler } from './problem';
import { logRequests } from './request-log';
import { authRoutes } from './routes/auth';
import { clientRoutes } from './routes/clients';
import { conversationRoutes } from './routes/conversations';
import { deliveryRoutes } from './routes/deliveries';
import { endpointRoutes } from './routes/endpoints';
import { eventRoutes } from './routes/events';
import { explanationRoutes } from './routes/explanations';
import { healthRoutes } from './routes/health';
import { ingressRoutes } from './routes/ingress';
import { incidentRoutes } from './routes/incidents';
import { messageRoutes } from './routes/messages';
import { noteRoutes } from './routes/notes';
import { operatorRoutes } from './routes/operators';
import { statsRoutes } from './routes/stats';
import { telegramRoutes } from './routes/telegram';
import { templateRoutes } from './routes/templates';
import { ticketRoutes } from './routes/tickets';
import { transcriptRoutes } from './routes/transcripts';

/** The whole HTTP API, not listening yet. */
export function createApp(context: AppContext): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.use(correlate, logRequests(context.logger));
  app.use(healthRoutes(context));
  app.use(authRoutes(context));
  app.use(messageRoutes(context));
  app.use(ingressRoutes(context));
  app.use(telegramRoutes(context));

  // All else under /api is for operators, and so is what comes to it later.
  app.get('/api/events', tokenFromQuery);
  app.use('/api', requireRole(context.auth.tokens, 'viewer'));
  app.use(explanationRoutes(context));
  app.use(conversationRoutes(context));
  app.use(noteRoutes(context));
  app.use(transcriptRoutes(context));
  app.use(operatorRoutes(context));
  app.use(ticketRoutes(context));
  app.use(incidentRoutes(context));
  app.use(deliveryRoutes(context));
  app.use(endpointRoutes(context));
  app.use(clientRoutes(context));
  app.use(templateRoutes(context));
  app.use(statsRoutes(context));
  app.use(eventRoutes(context));

  app.use(notFound);
  app.use(problemHandler(context.logger));
  return app;
}
