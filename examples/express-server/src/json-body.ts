import express, { type RequestHandler } from 'express';
import { Problem } from './problem';

/** Some twenty of the longest accepted texts; attachments are only named, never sent. */
const MAX_BODY = '256kb';

const requireJson: RequestHandler = (req, _res, next) => {
  // `null`: there is no body, which is a fault of another kind.
  if (req.is('application/json') === false) {
    throw new Problem('unsupported_media_type', 'the body has to be application/json');
  }
  next();
};

/** Reads a body, which has to be JSON, and leaves it to the route to say what JSON. */
export const jsonBody: readonly RequestHandler[] = [
  requireJson,
  express.json({ limit: MAX_BODY, strict: false, type: 'application/json' }),
];
