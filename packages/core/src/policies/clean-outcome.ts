import type { SendOutcome } from '../model/delivery';

const LONGEST_CODE = 100;
const LONGEST_DETAIL = 1_000;
// What some databases refuse, and no log can show.
// eslint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f]/g;

/**
 * A transport's word as it can be written down: many outcomes share a transaction, and one that the storage refuses would keep
 * all of them from it.
 */
export function cleanOutcome(outcome: SendOutcome): SendOutcome {
  const { code, detail, status, reference, ...rest } = outcome;
  return {
    ...rest,
    ...(code === undefined ? {} : { code: clean(code, LONGEST_CODE) }),
    ...(detail === undefined ? {} : { detail: clean(detail, LONGEST_DETAIL) }),
    ...(status === undefined || !Number.isSafeInteger(status) ? {} : { status }),
    ...(reference === undefined ? {} : { reference: clean(reference, LONGEST_DETAIL) }),
  };
}

function clean(text: string, longest: number): string {
  return String(text).replace(CONTROL, '').slice(0, longest).toWellFormed();
}
