/** Headers by name, in any case, as `node:http` has them; several values of one name as a list. */
export type MessageHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

type Sign = (value: string) => boolean;

const given: Sign = (value) => value !== '';
const saysYes: Sign = (value) => value !== '' && !/^(?:no|none|false|0)$/i.test(value);

/** What each header has to say for its message to be a machine's. */
const SIGNS: Readonly<Record<string, Sign>> = {
  // RFC 3834, 5: `auto-generated`, `auto-replied` or a later word; anything but `no`.
  'auto-submitted': (value) => keywords(value).some((keyword) => keyword !== 'no'),
  // Never standardised, and honoured by all: RFC 2076, 3.9, and RFC 3834, 3.1.8.
  precedence: (value) => /^(?:bulk|list|junk|auto_reply)$/i.test(value),
  // Microsoft, MS-OXCMAIL 2.2.3.2.14. DR, RN and NRN only ask for no receipts.
  'x-auto-response-suppress': (value) => /(?<!\w)(?:all|oof|autoreply)(?!\w)/i.test(value),
  'x-autoreply': saysYes,
  'x-autorespond': saysYes,
  // Mailing lists: RFC 2919, and RFC 2369 with RFC 8058.
  'list-id': given,
  'list-unsubscribe': given,
  // Reports and replies of machines have no sender: RFC 5321, 4.5.5, and RFC 3834, 3.3.
  'return-path': (value) => /^<\s*>$/.test(value),
  'x-loop': given,
  // For platforms without any of these, and for the other bot that is a Firstline.
  'x-firstline-automated': (value) => /^true$/i.test(value),
};

/**
 * Whether the headers of a message, of an e-mail or an HTTP request, say that a machine wrote it: an auto-reply, a
 * mailing, a report. To be given to `receive` as `automated`, so that two bots do not answer each other for ever.
 *
 * `Feedback-ID` is not a sign: some mail providers put it on everything, also on what a person wrote.
 */
export function isAutomatedMessage(headers: MessageHeaders): boolean {
  return Object.entries(headers).some(([name, value]) => {
    const key = name.toLowerCase();
    const sign = Object.hasOwn(SIGNS, key) ? SIGNS[key] : undefined;
    if (sign === undefined || value === undefined) return false;
    return [value].flat().some((one) => sign(one.trim()));
  });
}

/** The words of `Auto-Submitted` without comments and parameters; several, where HTTP joined repeated headers. */
function keywords(value: string): string[] {
  return value
    .replace(/"[^"]*"|\([^()]*\)/g, '')
    .split(',')
    .map((part) => (part.split(';')[0] ?? '').trim().toLowerCase())
    .filter((keyword) => keyword !== '');
}
