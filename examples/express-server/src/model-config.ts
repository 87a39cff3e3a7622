import { openaiModel } from '@firstline/adapter-openai';
import { z } from 'zod';
import { judgedBy } from './parse';
import { Secret } from './secret';

/** The language model that is asked where the local classifier is not sure. */
export interface ModelConfig {
  /** As the provider calls it. */
  readonly name: string;
  /** `null`: the server behind `baseURL` wants none. */
  readonly apiKey: Secret | null;
  /** `null`: OpenAI itself. */
  readonly baseURL: string | null;
  /** US dollars per million tokens; `null`: not known, and costs are not counted. */
  readonly price: ModelPrice | null;
  /** US dollars per day in UTC; `null`: no limit. */
  readonly dailyBudget: number | null;
}

interface ModelPrice {
  readonly input: number;
  readonly output: number;
}

const DEFAULT_MODEL = 'gpt-4o-mini';
/** Of the default model, by OpenAI's list. Other models are dearer by up to a hundred times, so none is guessed. */
const DEFAULT_PRICE: ModelPrice = { input: 0.15, output: 0.6 };
const DOLLARS = /^\d{1,6}(\.\d{1,6})?$/;

/** What a server is told by environment variables. As everywhere in the configuration, faults never repeat the value. */
export const modelVariables = {
  OPENAI_API_KEY: z
    .string()
    .superRefine(judgedBy((apiKey) => openaiModel({ apiKey })))
    .transform((text) => new Secret(text))
    .optional(),
  OPENAI_BASE_URL: z
    .string()
    .superRefine(judgedBy((baseURL) => openaiModel({ baseURL })))
    // The SDK puts its paths behind it, and keys like to stand in queries.
    .refine((text) => !/[?#\s]/.test(text), 'must end with the path: no query, no fragment, no blanks')
    .optional(),
  OPENAI_MODEL: z
    .string()
    .regex(/^[\x21-\x7e]{1,200}$/, 'expected the name of a model, without blanks')
    .default(DEFAULT_MODEL),
  OPENAI_BUDGET: z
    .string()
    .refine((text) => DOLLARS.test(text) && Number(text) > 0, 'expected US dollars per day above 0, for example 5')
    .transform(Number)
    .optional(),
  OPENAI_PRICE: z
    .string()
    .transform((text, context): ModelPrice => {
      const [input = '', output = '', ...more] = text.split('/').map((part) => part.trim());
      if (!DOLLARS.test(input) || !DOLLARS.test(output) || more.length > 0) {
        context.addIssue('expected US dollars per million tokens as input/output, for example 0.15/0.60');
      }
      return { input: Number(input), output: Number(output) };
    })
    .optional(),
};

/** `null`: nobody is named who could be asked, so the rest does not matter. */
export function modelOf(values: z.infer<z.ZodObject<typeof modelVariables>>): ModelConfig | null {
  const { OPENAI_API_KEY: apiKey = null, OPENAI_BASE_URL: baseURL = null, OPENAI_MODEL: name } = values;
  if (apiKey === null && baseURL === null) return null;
  const known = name === DEFAULT_MODEL ? DEFAULT_PRICE : null;
  return { name, apiKey, baseURL, price: values.OPENAI_PRICE ?? known, dailyBudget: values.OPENAI_BUDGET ?? null };
}

/** What is wrong between the variables, each of which may be right by itself. */
export function modelFaults(given: Readonly<Record<string, string | undefined>>): readonly string[] {
  const isAsked = 'OPENAI_API_KEY' in given || 'OPENAI_BASE_URL' in given;
  const isPriced = 'OPENAI_PRICE' in given || (given['OPENAI_MODEL'] ?? DEFAULT_MODEL) === DEFAULT_MODEL;
  return isAsked && 'OPENAI_BUDGET' in given && !isPriced
    ? ['OPENAI_PRICE: is missing; OPENAI_BUDGET needs to know what OPENAI_MODEL costs, as input/output']
    : [];
}
