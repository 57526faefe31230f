import { z } from 'zod';

interface Whole {
  readonly least: number;
  readonly most: number;
  /** What it is where nothing is said. */
  readonly fallback: number;
  /** What it counts: `seconds`. */
  readonly of?: string;
}

/**
 * A whole number in a query, where everything is text. It is in digits, as the document says: what else JavaScript takes for a
 * number (`0x10`, `1e2`, nothing at all) is none.
 */
export function wholeNumber({ least, most, fallback, of }: Whole) {
  const message = `must be a whole number ${of === undefined ? '' : `of ${of} `}from ${least} to ${most}`;
  const digits = (text: unknown) => (typeof text === 'string' && /^-?\d+$/.test(text) ? Number(text) : text);
  return z.preprocess(digits, z.int(message).min(least, message).max(most, message).default(fallback));
}
