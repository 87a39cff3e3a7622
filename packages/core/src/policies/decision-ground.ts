import type { Policy } from '../model/policy';
import type { Scenario, ScenarioInput } from '../model/scenario';
import { defineScenarios, localesOf, replySources } from './define-scenarios';
import {
  BUILT_IN_LOCALES,
  DEFAULT_TEMPLATES,
  type EngineTemplates,
  engineTemplateSources,
} from './templates/default-templates';
import type { TemplateValues } from './templates/template';
import type { TemplateCatalogOptions, TemplateSourceText } from './templates/template-catalog';

/** Those of `createEngine`'s options that decisions depend on. */
export interface GroundOptions {
  readonly scenarios: readonly (ScenarioInput | Scenario)[];
  readonly locales?: readonly string[];
  readonly templates?: Partial<EngineTemplates>;
  readonly variables?: Readonly<Record<string, string | number>>;
}

/** What every decision stands on, whoever writes and whatever was said before. */
export interface DecisionGround {
  readonly scenarios: readonly Scenario[];
  readonly byId: ReadonlyMap<string, Scenario>;
  /** The locales every text must exist in. */
  readonly locales: readonly string[];
  readonly variables: TemplateValues;
  readonly templates: readonly TemplateSourceText[];
  readonly catalog: TemplateCatalogOptions;
  /** How many texts there are for the steps of the reminder ladder. */
  readonly reminderTexts: number;
}

/**
 * Scenarios and texts with every default filled in. The texts are checked where they are compiled, see `TemplateStore`.
 *
 * @throws FirstlineError `invalid_scenarios`
 */
export function decisionGround(options: GroundOptions, policy: Policy): DecisionGround {
  const variables = options.variables ?? {};
  const names = Object.keys(variables);
  const scenarios = defineScenarios(options.scenarios as readonly ScenarioInput[], {
    variables: names,
    ...(options.locales === undefined ? {} : { locales: options.locales }),
  });
  const templates: EngineTemplates = { ...DEFAULT_TEMPLATES, ...options.templates };
  const locales = options.locales ?? usedLocales(scenarios);
  return {
    scenarios,
    byId: new Map(scenarios.map((scenario) => [scenario.id, scenario])),
    locales,
    variables,
    templates: [...engineTemplateSources(templates), ...replySources(scenarios)],
    catalog: { locales, variables: names, timeZone: policy.people.hours.timeZone },
    reminderTexts: templates.reminders.length,
  };
}

/** Replies that are plain strings say nothing about their locales. */
function usedLocales(scenarios: readonly Scenario[]): readonly string[] {
  const used = localesOf(replySources(scenarios));
  return used.length > 0 ? used : BUILT_IN_LOCALES;
}
