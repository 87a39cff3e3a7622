import type { Span } from './spans';

// Characters of an IBAN by country, after the IBAN registry of SWIFT (ISO 13616-2), release 99. A country that is not in it
// has no IBANs; without the lengths, the words behind one would be read as a part of it.
const LENGTHS: ReadonlyMap<string, number> = new Map(
  `15:NO 16:BE 18:DK,FK,FO,FI,GL,NL,SD 19:MK,SI 20:AT,BA,EE,KZ,LT,LU,MN,XK 21:CH,HR,LI,LV
   22:BG,BH,CR,DE,GB,GE,IE,ME,RS,VA 23:AE,GI,IL,IQ,OM,SO,TL 24:AD,CZ,ES,MD,PK,RO,SA,SE,SK,TN,VG 25:LY,PT,ST
   26:IS,TR 27:BI,DJ,FR,GR,IT,MC,MR,SM 28:AL,AZ,BY,CY,DO,GT,HU,LB,NI,PL,SV 29:BR,EG,PS,QA,UA 30:JO,KW,MU,YE
   31:MT,SC 32:LC 33:RU`
    .split(/\s+/)
    .flatMap((entry) => {
      const [length, countries = ''] = entry.split(':');
      return countries.split(',').map((country) => [country, Number(length)] as const);
    }),
);
const HEAD = /(?<![\p{L}\p{N}])[A-Z]{2}\d{2}/giu;

/** The international bank account numbers in a text, solid or with single spaces or dashes anywhere in them. */
export function ibanSpans(text: string): Span[] {
  const spans: Span[] = [];
  for (const { index } of text.matchAll(HEAD)) {
    const length = LENGTHS.get(text.slice(index, index + 2).toUpperCase());
    const end = length === undefined ? null : endOf(text, index, length);
    if (end !== null && passesMod97(text.slice(index, end).replace(/[ -]/g, ''))) spans.push({ start: index, end });
  }
  return spans;
}

/** Behind so many letters and digits, single separators not counted; `null` when they run out, or do not end there. */
function endOf(text: string, start: number, length: number): number | null {
  let at = start;
  for (let count = 0; count < length; count += 1) {
    if (count > 0 && /[ -]/.test(text.charAt(at))) at += 1;
    if (!/[A-Z\d]/i.test(text.charAt(at))) return null;
    at += 1;
  }
  return /[\p{L}\p{N}]/u.test(text.charAt(at)) ? null : at;
}

/**
 * ISO 7064 MOD 97-10 as ISO 13616-1 uses it: the first four characters behind the others, letters as 10 to 35, and the
 * whole number leaves 1 when divided by 97. One string in 97 passes by chance.
 */
function passesMod97(iban: string): boolean {
  let rest = 0;
  for (const character of iban.slice(4) + iban.slice(0, 4)) {
    const value = Number.parseInt(character, 36);
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest === 1;
}
