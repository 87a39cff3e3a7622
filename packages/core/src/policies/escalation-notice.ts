import type { BusinessCalendar } from '../model/business-calendar';
import { isOpen, nextOpening } from './hours/business-time';
import type { TemplateValues } from './templates/template';

/** Which text tells the client that a person is needed, and what it can name. */
export interface NoticeChoice {
  /** The first that can be rendered is used. */
  readonly keys: readonly string[];
  readonly values: TemplateValues;
}

/**
 * Where people are there, the client is told that one will answer. Where not, the truth: that the question is in the
 * queue, and when people are back, if the calendar knows.
 */
export function noticeChoice(hours: BusinessCalendar, peopleAvailable: boolean, now: number): NoticeChoice {
  if (peopleAvailable) return { keys: ['escalation_notice'], values: {} };
  const opensAt = isOpen(hours, now) ? null : nextOpening(hours, now);
  return { keys: ['escalation_queued', 'escalation_notice'], values: { opensAt } };
}
