import { FirstlineError } from '../errors';
import { type Classification, UNKNOWN } from '../model/classification';
import type { Classifier, ClassifyInput } from '../ports/classifier';

export interface CascadeOptions {
  /**
   * Confidence from which a stage's scenario is taken without asking the next: one for all, or one per stage. 0 to 1. What
   * the last stage says is taken as it is, whatever its confidence; the engine's policy judges it.
   */
  readonly acceptAt: number | readonly number[];
}

export interface CascadeStage {
  /** Messages that reached it. */
  readonly calls: number;
  /** Messages whose answer was its own: as sure enough, as the last word, or because the stages behind it failed. */
  readonly accepted: number;
  readonly failed: number;
}

export interface Cascade extends Classifier {
  readonly recentMessages: number;
  ready(): Promise<void>;
  /** Per stage, since the cascade was made. */
  stats(): { readonly stages: readonly CascadeStage[] };
}

/**
 * Classifiers in turn, the cheap and fast one first: `cascade([local, llm], { acceptAt: 0.7 })`. A stage's answer is
 * taken when it is a scenario and sure enough; `UNKNOWN` and doubt go on to the next stage.
 *
 * A stage that fails says nothing about the customer. The next one is asked, and when none is left, the answer of the
 * last stage that had one is returned as that stage gave it, only marked `fallback`: with the provider down, the desk
 * does what it would do without the provider. Only when every stage fails, so does the cascade.
 *
 * Choosing `acceptAt`: of messages the first stage takes at a threshold, *precision* is the share it gets right and
 * *coverage* the share of all messages that it takes at all, which no call has to be paid for. Both come from messages of
 * your own that people have labelled: `evaluate` lists them per threshold. Take the lowest threshold whose precision is
 * what the next stage would reach.
 *
 * @throws FirstlineError `invalid_options`.
 */
export function cascade(stages: readonly Classifier[], options: CascadeOptions): Cascade {
  return new CascadeClassifier(stages, thresholds(stages, options.acceptAt));
}

class CascadeClassifier implements Cascade {
  readonly recentMessages: number;
  readonly #stages: readonly {
    readonly classifier: Classifier;
    readonly acceptAt: number;
    readonly counts: { calls: number; accepted: number; failed: number };
  }[];

  constructor(stages: readonly Classifier[], acceptAt: readonly number[]) {
    this.recentMessages = Math.max(...stages.map((stage) => stage.recentMessages ?? 0));
    this.#stages = stages.map((classifier, index) => ({
      classifier,
      acceptAt: acceptAt[index] ?? 0,
      counts: { calls: 0, accepted: 0, failed: 0 },
    }));
  }

  /** One stage that cannot get ready must not keep the others from answering; all of them failing is a failure. */
  async ready(): Promise<void> {
    const results = await Promise.allSettled(this.#stages.map(async ({ classifier }) => classifier.ready?.()));
    const failed = results.filter((result) => result.status === 'rejected');
    if (failed.length === results.length) throw failed[0]?.reason;
  }

  /** Every stage that learns is told; the others go on as they are. */
  learn(examples: readonly { readonly text: string; readonly scenario: string }[]): void {
    for (const { classifier } of this.#stages) classifier.learn?.(examples);
  }

  async classify(input: ClassifyInput): Promise<Classification> {
    let best: { readonly answer: Classification; readonly counts: { accepted: number } } | null = null;
    let failedSince = false;
    for (const { classifier, acceptAt, counts } of this.#stages) {
      counts.calls += 1;
      try {
        const answer = await classifier.classify(withRecent(input, classifier.recentMessages ?? 0));
        best = { answer, counts };
        failedSince = false;
        if (answer.scenario !== UNKNOWN && answer.confidence >= acceptAt) break;
      } catch {
        counts.failed += 1;
        failedSince = true;
      }
    }
    if (best === null) throw new FirstlineError('classifier_failed', 'every stage of the cascade failed');
    best.counts.accepted += 1;
    return failedSince ? { ...best.answer, source: 'fallback' } : best.answer;
  }

  stats(): { readonly stages: readonly CascadeStage[] } {
    return { stages: this.#stages.map(({ counts }) => ({ ...counts })) };
  }
}

/** Each stage sees as much of the conversation as it asked for. */
function withRecent(input: ClassifyInput, most: number): ClassifyInput {
  const { recent, ...rest } = input;
  return recent === undefined || most === 0 ? rest : { ...rest, recent: recent.slice(-most) };
}

function thresholds(stages: readonly Classifier[], acceptAt: CascadeOptions['acceptAt']): readonly number[] {
  if (stages.length === 0) throw invalid('stages', 'at least one classifier');
  const list: readonly number[] = typeof acceptAt === 'number' ? stages.map(() => acceptAt) : acceptAt;
  const fits = list.length === stages.length || list.length === stages.length - 1;
  if (!fits || !list.every((value) => value >= 0 && value <= 1)) {
    throw invalid('acceptAt', 'a number from 0 to 1, or one for each stage (the last may be left out)');
  }
  return list;
}

function invalid(path: string, expected: string): FirstlineError {
  return new FirstlineError('invalid_options', `cascade: ${path}: expected ${expected}`, { path });
}
