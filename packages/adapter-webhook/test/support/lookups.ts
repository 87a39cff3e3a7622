import type { LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';

const asAddress = (address: string): LookupAddress => ({ address, family: address.includes(':') ? 6 : 4 });

/** A name server of one name, with other answers each time it is asked; the last ones for ever. */
export function answering(...rounds: (readonly string[])[]): LookupFunction & { readonly asked: () => number } {
  let asked = 0;
  const lookup: LookupFunction = (_name, _options, callback) => {
    const answers = rounds[Math.min(asked, rounds.length - 1)] ?? [];
    asked += 1;
    callback(null, answers.map(asAddress));
  };
  return Object.assign(lookup, { asked: () => asked });
}

export function failing(code: string): LookupFunction {
  return (_name, _options, callback) => callback(Object.assign(new Error('t0ken'), { code }), []);
}
