import type { TemplateText } from '../../model/scenario';
import type { TemplateSourceText } from './template-catalog';

/** What the bot says besides the scenarios' replies. A developer may replace each; the others keep these texts. */
export interface EngineTemplates {
  /** Sent once per client, before the first reply. */
  readonly greeting: TemplateText;
  /** Sent where the client only says hello; a scenario with `smallTalk` may say it itself. */
  readonly invitation: TemplateText;
  /** Sent where a message fits no scenario and `policy.escalation.unknownAfter` allows one more try. */
  readonly clarification: TemplateText;
  /** Sent once per escalation. */
  readonly escalationNotice: TemplateText;
  /** Instead of it while no person is there; `{{opensAt}}` is when people are back, absent where nobody knows. */
  readonly escalationQueued: TemplateText;
  /** Sent when the person who took the conversation stayed silent, and it went back to the queue; once per ticket. */
  readonly unattended: TemplateText;
  /**
   * Sent once to each client affected by a mass outage. `{{incident.scope}}` is its title and region, absent where nobody
   * knows; `{{incident.expectedAt}}` is when it is expected to be over, absent likewise; `{{incident.region}}` alone.
   */
  readonly incidentNotice: TemplateText;
  /** Sent once when it is over to each client who was told of it; names the same. */
  readonly incidentResolved: TemplateText;
  /** Sent when the client says thanks and needs nothing more; a scenario that `closes` may say it itself. */
  readonly farewell: TemplateText;
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
  invitation: {
    en: 'What can I do for you?',
    ru: 'Чем могу помочь?',
  },
  clarification: {
    en: 'I did not quite understand. Could you say it in other words?',
    ru: 'Я не совсем понял. Скажите, пожалуйста, другими словами.',
  },
  escalationNotice: {
    en: 'I have passed your question to a colleague. They will answer you here.',
    ru: 'Я передал ваш вопрос коллеге. Вам ответят здесь же.',
  },
  escalationQueued: {
    en: 'None of my colleagues is here right now. Your question is in the queue, and they will answer you here {{opensAt:datetime|as soon as they are back}}.',
    ru: 'Сейчас никого из коллег нет. Ваш вопрос в очереди, вам ответят здесь же: {{opensAt:datetime|как только кто-то освободится}}.',
  },
  unattended: {
    en: 'Sorry for the wait. Your question is still open, and I am looking for another colleague for you.',
    ru: 'Извините за ожидание. Ваш вопрос открыт, я ищу для вас другого коллегу.',
  },
  incidentNotice: {
    en: 'There is a failure on our side ({{incident.scope|several clients report the same}}). We know about it and are working on it. We expect it to be over {{incident.expectedAt:datetime|soon}} and will write to you here; you need not do anything.',
    ru: 'На нашей стороне сбой ({{incident.scope|о нём сообщают многие клиенты}}). Мы уже знаем о нём и работаем над этим. Когда всё заработает ({{incident.expectedAt:datetime|ожидаем, что скоро}}), напишем вам здесь же, ничего делать не нужно.',
  },
  incidentResolved: {
    en: 'The failure ({{incident.scope|that you told us about}}) is over. Sorry for the trouble! If it still does not work for you, write to us here, and a colleague will help.',
    ru: 'Сбой ({{incident.scope|о котором вы писали}}) устранён. Извините за неудобства! Если у вас всё ещё не работает, напишите здесь, и вам поможет коллега.',
  },
  farewell: {
    en: 'You are welcome! Write at any time.',
    ru: 'Пожалуйста! Обращайтесь в любое время.',
  },
  reminders: [
    {
      // Asked so that "yes" means that all is well: a mere yes is not answered, see `silence.ts`.
      en: 'Did that help? Write to us if it did not.',
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

const INCIDENT_VARIABLES = ['incident.scope', 'incident.region', 'incident.expectedAt'];

export function engineTemplateSources(templates: EngineTemplates): readonly TemplateSourceText[] {
  return [
    { key: 'greeting', path: 'templates.greeting', text: templates.greeting },
    { key: 'invitation', path: 'templates.invitation', text: templates.invitation },
    { key: 'clarification', path: 'templates.clarification', text: templates.clarification },
    { key: 'escalation_notice', path: 'templates.escalationNotice', text: templates.escalationNotice },
    {
      key: 'escalation_queued',
      path: 'templates.escalationQueued',
      text: templates.escalationQueued,
      variables: ['opensAt'],
    },
    { key: 'unattended', path: 'templates.unattended', text: templates.unattended },
    {
      key: 'incident_notice',
      path: 'templates.incidentNotice',
      text: templates.incidentNotice,
      variables: INCIDENT_VARIABLES,
    },
    {
      key: 'incident_resolved',
      path: 'templates.incidentResolved',
      text: templates.incidentResolved,
      variables: INCIDENT_VARIABLES,
    },
    { key: 'farewell', path: 'templates.farewell', text: templates.farewell },
    ...templates.reminders.map((text, index) => ({
      key: reminderKey(index, templates.reminders.length),
      path: `templates.reminders[${index}]`,
      text,
    })),
  ];
}
