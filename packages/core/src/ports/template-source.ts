import type { TemplateText } from '../model/scenario';

/**
 * Texts by key: `greeting`, `clarification`, `escalation_notice`, `reminder.1`, `scenario.REFERRAL`, … A text for one
 * locale (`{ ru: '…' }`) replaces that locale only. A text for every locale (a plain string, or `und`) replaces all.
 */
export type TemplateTexts = Readonly<Record<string, TemplateText>>;

/**
 * Texts of the bot that live outside the code and change while it runs. What a source does not have stays as it is in
 * the code. Default: none. Ready-made: `staticTemplates`, `storageTemplates`, and `fileTemplates` of
 * `@firstline/adapter-files`.
 */
export interface TemplateSource {
  /**
   * Resolves to all texts of the source, as they are now. Called by `engine.start()` or before the first message, after
   * every notice of a change, of this process or of another one that shares the engine's cache, and with the first message
   * that finds the texts an hour old; not again before the last call has ended or run out of its time, which is ten
   * seconds. Messages wait for the first call only.
   *
   * The engine checks the texts, and takes all of them or, when there is any fault, none. Rejecting, or running out of time,
   * means "I could not look": the engine keeps the texts it has, logs, and asks again with a message a minute later at the
   * earliest. The log shows the message of a `FirstlineError`, which must not contain texts, and of other errors the name.
   */
  load(): Promise<TemplateTexts>;

  /**
   * Calls `changed` whenever `load` would answer differently, until the returned function is called; once too often does
   * no harm. Called once, before the first `load`; `load` itself must not lead to a call of `changed`. Throwing means "I
   * cannot watch"; then, and where the method is absent, changes are seen within the hour.
   */
  subscribe?(changed: () => void): () => void;
}
