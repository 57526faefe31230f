import { z } from 'zod';

interface Text {
  /** What to do where it is missing: `Enter the name of the company.` */
  readonly missing: string;
  /** In characters as people count them, which is also how MySQL does. */
  readonly most: number;
  /** Whether it may have several lines. */
  readonly lines?: boolean;
  /** What it has to look like beside that, and what to do where it does not. */
  readonly form?: { readonly pattern: RegExp; readonly message: string };
  readonly example: string;
}

// Written for what reads the document, too, whose expressions may know no classes of Unicode.
/* oxlint-disable eslint/no-control-regex -- It is these that are refused. */
const ONE_LINE = /^(?=.*\S)[^\u0000-\u001f\u007f]*$/;
const LINES = /^(?=[\s\S]*\S)[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]*$/;
/* oxlint-enable eslint/no-control-regex */

/** A field that people fill in: trimmed, in one form of Unicode, and with one message where it is wrong, for whoever filled it in. */
export function text({ missing, most, lines = false, form, example }: Text) {
  const allowed = lines ? LINES : ONE_LINE;
  const fault = (value: string): string | undefined => {
    if (value.length === 0) return missing;
    // Before any expression is tried on it.
    if (value.length > 2 * most || Array.from(value).length > most) return `Use at most ${most} characters.`;
    if (!value.isWellFormed() || !allowed.test(value))
      return 'This has characters that cannot be stored. Remove invisible ones.';
    return form?.pattern.test(value) === false ? form.message : undefined;
  };
  const pattern = form?.pattern ?? allowed;
  return z
    .string(missing)
    .overwrite((value) => value.trim().normalize('NFC'))
    .superRefine((value, context) => {
      const message = fault(value);
      if (message !== undefined) context.addIssue({ code: 'custom', message });
    })
    .meta({ minLength: 1, maxLength: most, pattern: pattern.source, example });
}
