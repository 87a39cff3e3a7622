import type { TemplateText } from '../model/scenario';
import type { TemplateSourceText } from './template-catalog';

/** What the bot says besides the scenarios' replies. A developer may replace each; the others keep these texts. */
export interface EngineTemplates {
  /** Sent once per client, before the first reply. */
  readonly greeting: TemplateText;
  /** Sent where a message fits no scenario and `policy.escalation.unknownAfter` allows one more try. */
  readonly clarification: TemplateText;
  /** Sent once per escalation. */
  readonly escalationNotice: TemplateText;
  /** One per step of the reminder ladder; a longer ladder repeats the last. */
  readonly reminders: readonly TemplateText[];
}

/** The locales the texts below exist in. */
export const BUILT_IN_LOCALES: readonly string[] = ['en', 'ru'];

export const DEFAULT_TEMPLATES: EngineTemplates = {
  greeting: {
    en: 'Hello! This is customer support.',
    ru: 'Здравствуйте! Это служба поддержки.',
  },
  clarification: {
    en: 'I did not quite understand. Could you say it in other words?',
    ru: 'Я не совсем понял. Скажите, пожалуйста, другими словами.',
  },
  escalationNotice: {
    en: 'I have passed your question to a colleague. They will answer you here.',
    ru: 'Я передал ваш вопрос коллеге. Вам ответят здесь же.',
  },
  reminders: [
    {
      en: 'Are you still there? Tell us if you need more help.',
      ru: 'Удалось разобраться? Напишите, если нужна помощь.',
    },
    { en: 'We are still here for your answer.', ru: 'Мы на связи и ждём вашего ответа.' },
    {
      en: 'Your question is still open with us. Write at any time and we will go on.',
      ru: 'Ваш вопрос у нас ещё открыт. Напишите в любое время, и мы продолжим.',
    },
  ],
};

/** Key of the scenario's reply in the catalog. */
export function replyKey(scenarioId: string): string {
  return `scenario.${scenarioId}`;
}

/** Key of the text for a step of the ladder, counted from 0. */
export function reminderKey(step: number, texts: number): string {
  return `reminder.${Math.min(step, texts - 1) + 1}`;
}

export function engineTemplateSources(templates: EngineTemplates): readonly TemplateSourceText[] {
  return [
    { key: 'greeting', path: 'templates.greeting', text: templates.greeting },
    { key: 'clarification', path: 'templates.clarification', text: templates.clarification },
    { key: 'escalation_notice', path: 'templates.escalationNotice', text: templates.escalationNotice },
    ...templates.reminders.map((text, index) => ({
      key: reminderKey(index, templates.reminders.length),
      path: `templates.reminders[${index}]`,
      text,
    })),
  ];
}
