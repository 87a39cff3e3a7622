/**
 * Whether a string of ASCII digits carries a right check digit, by the formula of ISO/IEC 7812-1, annex B: from the right,
 * every second digit is doubled, the digits of all products are added, and the sum is a multiple of ten. One string of
 * digits in ten passes by chance.
 */
export function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let index = 0; index < digits.length; index += 1) {
    const digit = digits.charCodeAt(digits.length - 1 - index) - 48;
    const product = index % 2 === 0 ? digit : digit * 2;
    sum += product > 9 ? product - 9 : product;
  }
  return sum % 10 === 0;
}
