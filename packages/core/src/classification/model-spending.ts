import { FirstlineError } from '../errors';
import { digest } from '../model/digest';
import { type Duration, parseDuration } from '../model/duration';
import type { Cache } from '../ports/cache';
import type { LanguageModel, LanguageModelUsage } from '../ports/language-model';

/**
 * What a language model may cost a tenant, each for itself. At least one of `usd` and `tokens` is given; the first that is
 * used up ends it.
 */
export interface ModelBudget {
  /** US dollars by `model.price`, which must be there. */
  readonly usd?: number;
  /** Input and output tokens together. */
  readonly tokens?: number;
  /** The windows lie one after another since 1970-01-01 UTC, so `'1d'` is the day in UTC. */
  readonly per: Duration;
  /** Budgets of the same name, tenant, model and window that share a cache are one budget. Default `'default'`. */
  readonly name?: string;
}

/** What one tenant or all used, in total since the classifier was made, and of the budget in the present window. */
export interface ModelUsage {
  /** Requests sent to the model, repeats and failures included. */
  readonly calls: number;
  readonly inputTokens: number;
  /** Part of `inputTokens`. */
  readonly cachedInputTokens: number;
  readonly outputTokens: number;
  /** `null`: the model has no price. */
  readonly usd: number | null;
  /** `null`: there is no budget. Sums are those of all processes that share the cache, as last seen. */
  readonly budget: {
    readonly spentUsd: number | null;
    readonly remainingUsd: number | null;
    readonly spentTokens: number;
    readonly remainingTokens: number | null;
    /** Epoch milliseconds. */
    readonly renewsAt: number;
  } | null;
}

type Unit = 'micros' | 'tokens';
type Sums = Record<Unit, number>;

const MILLION = 1_000_000;
const NOTHING: LanguageModelUsage = { inputTokens: 0, outputTokens: 0, cachedInputTokens: 0 };

/**
 * Counts a tenant's tokens and costs. Costs are counted in whole millionths of a dollar, rounded up, since integers add up the same
 * in every store. What is already on its way when the budget runs out is paid for: at most as many calls as may be in
 * flight, times the processes.
 */
export class ModelSpending {
  readonly #price: LanguageModel['price'];
  readonly #limits: Partial<Sums> | null;
  readonly #perMs: number;
  readonly #cache: Cache | null;
  readonly #key: string;
  #calls = 0;
  #total: LanguageModelUsage = NOTHING;
  #micros = 0;
  #window = Number.NaN;
  #own: Sums = { micros: 0, tokens: 0 };
  #shared: Sums = { micros: 0, tokens: 0 };

  /** @throws FirstlineError `invalid_options` for a budget that says nothing, or dollars without a price. */
  constructor(model: LanguageModel, budget: ModelBudget | null, cache: Cache | null, tenant: string) {
    this.#price = model.price;
    this.#limits = budget === null ? null : limitsOf(budget, model);
    this.#perMs = budget === null ? 1 : (parseDuration(budget.per) ?? 1);
    this.#cache = cache;
    this.#key = `budget:${digest(JSON.stringify([budget?.name ?? 'default', tenant, model.name, this.#perMs]))}`;
  }

  /** Whether the budget of the present window is used up; asks the cache, so that other processes count. */
  async isSpent(now: number): Promise<boolean> {
    if (this.#limits === null) return false;
    await this.#add(now, { micros: 0, tokens: 0 });
    return this.#spentUnits().length > 0;
  }

  /** Milliseconds until the next window. */
  renewsInMs(now: number): number {
    return this.#perMs - (now % this.#perMs);
  }

  calling(): void {
    this.#calls += 1;
  }

  async count(told: LanguageModelUsage, now: number): Promise<void> {
    const usage = checked(told);
    this.#total = {
      inputTokens: this.#total.inputTokens + usage.inputTokens,
      outputTokens: this.#total.outputTokens + usage.outputTokens,
      cachedInputTokens: this.#total.cachedInputTokens + usage.cachedInputTokens,
    };
    const micros = Math.ceil(this.#costOf(usage));
    this.#micros += micros;
    if (this.#limits !== null) await this.#add(now, { micros, tokens: usage.inputTokens + usage.outputTokens });
  }

  usage(now: number): ModelUsage {
    this.#turnTo(now);
    const spent = this.#spent();
    const limits = this.#limits;
    const priced = this.#price !== undefined;
    const remaining = (unit: Unit) => (limits?.[unit] === undefined ? null : Math.max(0, limits[unit] - spent[unit]));
    const remainingMicros = remaining('micros');
    return {
      calls: this.#calls,
      ...this.#total,
      usd: priced ? this.#micros / MILLION : null,
      budget: limits && {
        spentUsd: priced ? spent.micros / MILLION : null,
        remainingUsd: remainingMicros === null ? null : remainingMicros / MILLION,
        spentTokens: spent.tokens,
        remainingTokens: remaining('tokens'),
        renewsAt: now + this.renewsInMs(now),
      },
    };
  }

  /** In millionths of a dollar: a price per million tokens is as many millionths per token. */
  #costOf({ inputTokens, outputTokens, cachedInputTokens }: LanguageModelUsage): number {
    if (this.#price === undefined) return 0;
    const { input, output, cachedInput = input } = this.#price;
    return (inputTokens - cachedInputTokens) * input + cachedInputTokens * cachedInput + outputTokens * output;
  }

  #spentUnits(): Unit[] {
    const spent = this.#spent();
    return (['micros', 'tokens'] as const).filter((unit) => spent[unit] >= (this.#limits?.[unit] ?? Infinity));
  }

  /** A cache that lost its memory must not give the budget anew, so this process's own part counts at least. */
  #spent(): Sums {
    return {
      micros: Math.max(this.#own.micros, this.#shared.micros),
      tokens: Math.max(this.#own.tokens, this.#shared.tokens),
    };
  }

  async #add(now: number, amounts: Sums): Promise<void> {
    this.#turnTo(now);
    const window = this.#window;
    for (const unit of ['micros', 'tokens'] as const) {
      this.#own[unit] += amounts[unit];
      if (this.#cache === null || this.#limits?.[unit] === undefined) continue;
      const sum = await sumOf(this.#cache, `${this.#key}:${window}:${unit}`, amounts[unit], 2 * this.#perMs);
      if (this.#window === window) this.#shared[unit] = Math.max(this.#shared[unit], sum);
    }
  }

  #turnTo(now: number): void {
    const window = Math.floor(now / this.#perMs);
    if (window === this.#window) return;
    this.#window = window;
    this.#own = { micros: 0, tokens: 0 };
    this.#shared = { micros: 0, tokens: 0 };
  }
}

/** A sum that has once become NaN would never end a budget. */
function checked({ inputTokens, outputTokens, cachedInputTokens }: LanguageModelUsage): LanguageModelUsage {
  const tokens = (value: number) => (Number.isFinite(value) && value > 0 ? value : 0);
  const input = tokens(inputTokens);
  const cached = Math.min(tokens(cachedInputTokens), input);
  return { inputTokens: input, outputTokens: tokens(outputTokens), cachedInputTokens: cached };
}

/** By its port a cache does not fail; one that does must not stop anybody's message. */
async function sumOf(cache: Cache, key: string, amount: number, ttlMs: number): Promise<number> {
  try {
    const sum = await cache.add(key, amount, ttlMs);
    return Number.isFinite(sum) ? sum : 0;
  } catch {
    return 0;
  }
}

function limitsOf({ usd, tokens, per }: ModelBudget, model: LanguageModel): Partial<Sums> {
  if (usd === undefined && tokens === undefined) throw invalid('budget', 'expected `usd` or `tokens`');
  for (const [name, value] of [
    ['usd', usd],
    ['tokens', tokens],
  ] as const) {
    if (value !== undefined && !(value >= 0)) throw invalid(`budget.${name}`, 'expected a number from 0');
  }
  if (!((parseDuration(per) ?? 0) > 0)) throw invalid('budget.per', 'expected a duration such as "1d"');
  if (usd !== undefined && model.price === undefined) {
    throw invalid('budget.usd', 'needs `model.price`; give the price or a budget in `tokens`');
  }
  return { ...(usd !== undefined && { micros: usd * MILLION }), ...(tokens !== undefined && { tokens }) };
}

function invalid(path: string, problem: string): FirstlineError {
  return new FirstlineError('invalid_options', `${path}: ${problem}`, { path });
}
