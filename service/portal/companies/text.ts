import type { z } from 'zod';
import { checkedText, isLongerThan } from '../../http/text.ts';

interface Text {
  /** What to do where it is missing: `Enter the name of the company.` */
  readonly missing: string;
  /** In characters as people count them, which is also how MySQL does. */
  readonly most: number;
  /** Whether it may have several lines. */
  readonly lines?: boolean;
  /** What it has to look like beside that, all of it, and what to do where it does not. */
  readonly form?: { readonly pattern: string; readonly message: string };
  readonly example: string;
}

/** Parts of classes of characters: control characters, and those that are not the ends of lines. */
export const CONTROL = String.raw`\u0000-\u001f\u007f`;
const CONTROL_WITHIN_LINES = String.raw`\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f`;

/** The whole of a text, with what is trimmed of it. */
const whole = (pattern: string) => String.raw`^\s*${pattern}\s*$`;

/** A field that people fill in: trimmed, in one form of Unicode, and with one message where it is wrong, for whoever filled it in. */
export function text({ missing, most, lines = false, form, example }: Text): z.ZodString {
  const control = lines ? CONTROL_WITHIN_LINES : CONTROL;
  const storable = whole(String.raw`[^${control}\s][^${control}]*`);
  const pattern = form ? whole(form.pattern) : storable;
  const [isStorable, isOfForm] = [new RegExp(storable), new RegExp(pattern)];
  const faultOf = (value: string): string | undefined => {
    if (value.trim() === '') return missing;
    // Before any expression is tried on it.
    if (isLongerThan(most, value)) return `Use at most ${most} characters.`;
    if (!value.isWellFormed() || !isStorable.test(value))
      return 'This has characters that cannot be stored. Remove invisible ones.';
    return form && !isOfForm.test(value) ? form.message : undefined;
  };
  const kept = (value: string) => value.trim().normalize('NFC');
  // A few characters are several in that form, or others: what is kept has to be as right as what was sent.
  return checkedText(missing, (value) => faultOf(value) ?? faultOf(kept(value)), {
    maxLength: most,
    pattern,
    example,
  }).overwrite(kept);
}
