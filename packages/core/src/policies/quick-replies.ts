import { z } from 'zod';
import type { FirstlineIssue } from '../errors';
import type { QuickReplies, Scenario } from '../model/scenario';
import { fallbackChain, NEUTRAL } from './templates/template-catalog';

/** What messengers show in full; more of them, or longer ones, are no answer with one touch any more. */
const MOST = 10;
const LONGEST = 64;

/** The shape; {@link quickReplyIssues} finds what is wrong inside, with a message of its own for each fault. */
export const quickRepliesSchema = z.union([z.array(z.string()), z.record(z.string(), z.array(z.string()))]);

/** Those in the locale the reply was `written` in or, where its text is the same for all, in the one `asked` for. */
export function quickRepliesFor(
  { quickReplies }: Pick<Scenario, 'quickReplies'>,
  written: string,
  asked: string,
): readonly string[] {
  if (quickReplies === null) return [];
  const byLocale = answersByLocale(quickReplies);
  for (const locale of fallbackChain(written === NEUTRAL ? asked : written, Object.keys(byLocale))) {
    const found = byLocale[locale];
    if (found !== undefined) return found;
  }
  return [];
}

/** What is wrong with a scenario's quick replies and attachments. */
export function quickReplyIssues(
  { reply, quickReplies, attachments }: Scenario,
  path: string,
  locales: readonly string[],
): readonly FirstlineIssue[] {
  const issues: FirstlineIssue[] = [];
  const fault = (member: string, message: string): void => void issues.push({ path: `${path}.${member}`, message });
  if (reply === null && attachments.length > 0) fault('attachments', WITHOUT_REPLY);
  if (quickReplies === null) return issues;
  if (reply === null) fault('quickReplies', WITHOUT_REPLY);
  const byLocale = answersByLocale(quickReplies);
  for (const [locale, answers] of Object.entries(byLocale)) {
    const member = locale === NEUTRAL ? 'quickReplies' : `quickReplies.${locale}`;
    for (const message of faultsOf(answers)) fault(member, message);
  }
  // A regional locale is served by its language, as with replies.
  const covered = (locale: string): boolean => fallbackChain(locale, []).some((known) => known in byLocale);
  for (const locale of locales.filter((wanted) => !covered(wanted))) {
    fault(`quickReplies.${locale}`, `is missing; add the answers for locale "${locale}"`);
  }
  return issues;
}

const WITHOUT_REPLY = 'goes with a reply, and there is none';

function answersByLocale(given: QuickReplies): Readonly<Record<string, readonly string[]>> {
  return isList(given) ? { [NEUTRAL]: given } : given;
}

function isList(given: QuickReplies): given is readonly string[] {
  return Array.isArray(given);
}

function faultsOf(answers: readonly string[]): readonly string[] {
  const faults: string[] = [];
  if (answers.length === 0) faults.push('has no answer; leave quickReplies out instead');
  if (answers.length > MOST) faults.push(`has more than ${MOST} answers`);
  if (new Set(answers).size !== answers.length) faults.push('has the same answer twice');
  if (answers.some((text) => text.trim() === '')) faults.push('has an empty answer');
  if (answers.some((text) => text.length > LONGEST)) faults.push(`has an answer of more than ${LONGEST} characters`);
  if (answers.some((text) => text.includes('{{'))) faults.push('are sent as they are; variables are for the reply');
  return faults;
}
