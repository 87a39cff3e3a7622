import express, { type Express } from 'express';
import type { AppContext } from './context';
import { correlate } from './correlation';
import { notFound, problemHandler } from './problem';
import { logRequests } from './request-log';
import { conversationRoutes } from './routes/conversations';
import { deliveryRoutes } from './routes/deliveries';
import { eventRoutes } from './routes/events';
import { healthRoutes } from './routes/health';
import { messageRoutes } from './routes/messages';
import { statsRoutes } from './routes/stats';

/** The whole HTTP API, not listening yet. */
export function createApp(context: AppContext): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.use(correlate, logRequests(context.logger));
  app.use(healthRoutes(context));
  app.use(messageRoutes(context));
  app.use(conversationRoutes(context));
  app.use(deliveryRoutes(context));
  app.use(statsRoutes(context));
  app.use(eventRoutes(context));
  app.use(notFound);
  app.use(problemHandler(context.logger));
  return app;
}
