import { FirstlineError } from '../errors';
import type { Embedder } from '../ports/embedder';

/** As many texts as the port allows at once. */
const BATCH = 256;

/** A point of length 1, so that a dot product is the cosine. */
export type Point = Float32Array;

/**
 * Points for texts, in batches.
 *
 * @throws FirstlineError `model_failed` when the embedder fails, or answers with something other than one finite point per
 *   text, all of the same length.
 */
export async function embedAll(embedder: Embedder, texts: readonly string[], signal?: AbortSignal): Promise<Point[]> {
  const points: Point[] = [];
  for (let start = 0; start < texts.length; start += BATCH) {
    const batch = texts.slice(start, start + BATCH);
    const answer = await embedder.embed(batch, signal === undefined ? {} : { signal });
    if (answer.length !== batch.length) throw odd('another number of points than of texts');
    for (const coordinates of answer) {
      const length = Math.hypot(...coordinates);
      if (!(length > 0) || !Number.isFinite(length)) throw odd('a point without a direction');
      points.push(Float32Array.from(coordinates, (value) => value / length));
      if (coordinates.length !== points[0]?.length) throw odd('points of different lengths');
    }
  }
  return points;
}

export function cosine(a: Point, b: Point): number {
  let sum = 0;
  for (let at = 0; at < a.length; at += 1) sum += a[at]! * b[at]!;
  return sum;
}

function odd(what: string): FirstlineError {
  return new FirstlineError('model_failed', `the embedder answered with ${what}`);
}
