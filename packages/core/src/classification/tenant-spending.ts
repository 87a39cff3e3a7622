import type { Cache } from '../ports/cache';
import type { LanguageModel } from '../ports/language-model';
import { type ModelBudget, ModelSpending, type ModelUsage } from './model-spending';

/** One budget for each tenant, or each tenant's own; `null`: this tenant has none and may spend without end. */
export type TenantBudget = ModelBudget | ((tenant: string) => ModelBudget | null);

/** Who asks without an engine. */
const NOBODY = '';

/** The spending of every tenant that was seen: one that used up its budget takes nothing from the others. */
export class TenantSpending {
  readonly #model: LanguageModel;
  readonly #budget: TenantBudget | null;
  readonly #cache: Cache | null;
  readonly #tenants = new Map<string, ModelSpending>();

  /** @throws FirstlineError `invalid_options` at once where there is one budget for all, else with the first message. */
  constructor(model: LanguageModel, budget: TenantBudget | null, cache: Cache | null) {
    this.#model = model;
    this.#budget = budget;
    this.#cache = cache;
    if (typeof budget !== 'function') this.#made(NOBODY);
  }

  of(tenant = NOBODY): ModelSpending {
    const known = this.#tenants.get(tenant);
    if (known !== undefined) return known;
    const made = this.#made(tenant);
    this.#tenants.set(tenant, made);
    return made;
  }

  /** Of one tenant, zeros for one that was never seen; of all of them together without one. */
  usage(now: number, tenant?: string): ModelUsage {
    if (tenant !== undefined) return (this.#tenants.get(tenant) ?? this.#made(tenant)).usage(now);
    const usages = [...this.#tenants.values()].map((spending) => spending.usage(now));
    const [first, ...others] = usages.length > 0 ? usages : [this.#nothingYet().usage(now)];
    return others.reduce(together, first as ModelUsage);
  }

  #nothingYet(): ModelSpending {
    return typeof this.#budget === 'function' ? new ModelSpending(this.#model, null, null, NOBODY) : this.#made(NOBODY);
  }

  #made(tenant: string): ModelSpending {
    const budget = typeof this.#budget === 'function' ? this.#budget(tenant) : this.#budget;
    return new ModelSpending(this.#model, budget, this.#cache, tenant);
  }
}

function together(one: ModelUsage, other: ModelUsage): ModelUsage {
  return {
    calls: one.calls + other.calls,
    inputTokens: one.inputTokens + other.inputTokens,
    cachedInputTokens: one.cachedInputTokens + other.cachedInputTokens,
    outputTokens: one.outputTokens + other.outputTokens,
    usd: sum(one.usd, other.usd),
    budget: budgetsTogether(one.budget, other.budget),
  };
}

function budgetsTogether(one: ModelUsage['budget'], other: ModelUsage['budget']): ModelUsage['budget'] {
  if (one === null || other === null) return one ?? other;
  return {
    spentUsd: sum(one.spentUsd, other.spentUsd),
    remainingUsd: sum(one.remainingUsd, other.remainingUsd),
    spentTokens: one.spentTokens + other.spentTokens,
    remainingTokens: sum(one.remainingTokens, other.remainingTokens),
    renewsAt: Math.min(one.renewsAt, other.renewsAt),
  };
}

function sum(one: number | null, other: number | null): number | null {
  return one === null || other === null ? (one ?? other) : one + other;
}
