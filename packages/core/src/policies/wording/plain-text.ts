/** Smileys and signs of approval; what they are made of besides themselves (tone, joiner, variation) says nothing. */
const APPROVAL = /[👍👌🙏🤝🙌👏💪✅✔☑❤♥💙💚💛🧡💜🤗😊🙂☺😀😃😄😁😉😍🥰🔥🎉💯✌]/gu;
const DECORATION = /[\u{1F3FB}-\u{1F3FF}]|\u200D|\uFE0F|[)(\s!.,]/gu;

/** A text as the word lists of this room know it: small letters, one kind of apostrophe, no `ё`. */
export function plain(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll('ё', 'е')
    .replace(/[’‘`´]/g, "'")
    .replace(/[^\S\n]+/g, ' ')
    .trim();
}

/** Whether the text consists of signs of approval alone. */
export function isOnlyApproval(text: string): boolean {
  const rest = text.replace(DECORATION, '');
  return rest !== '' && rest.replace(APPROVAL, '') === '';
}
