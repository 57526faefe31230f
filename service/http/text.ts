import { z } from 'zod';

/** Characters as people count them, which is how the document and the databases do, and not JavaScript. */
export function isLongerThan(most: number, text: string): boolean {
  return text.length > 2 * most || (text.length > most && Array.from(text).length > most);
}

/** A text with one message where it is wrong; `described` is what the document says of it. */
export function checkedText(
  missing: string,
  faultOf: (text: string) => string | undefined,
  described: { readonly maxLength: number; readonly pattern: string; readonly example?: string },
): z.ZodString {
  return z
    .string(missing)
    .superRefine((value, context) => {
      const message = faultOf(value);
      if (message !== undefined) context.addIssue({ code: 'custom', message });
    })
    .meta({ minLength: 1, ...described });
}

/** A text of 1 to `most` characters that is kept as it was sent, and is not blank. */
export function text(most: number): z.ZodString {
  const wrong = `must be a text of 1 to ${most} characters`;
  const faultOf = (value: string) => {
    if (value === '' || isLongerThan(most, value)) return wrong;
    // No store takes NUL in every text, and half a pair is no character: both would come back as something else.
    if (value.includes('\0') || !value.isWellFormed())
      return 'must hold neither NUL nor half of a surrogate pair';
    return value.trim() === '' ? 'must not be blank' : undefined;
  };
  return checkedText(wrong, faultOf, {
    maxLength: most,
    pattern: String.raw`^[^\u0000]*[^\u0000\s][^\u0000]*$`,
  });
}

const EMAIL = /^[\w'+-]+(\.[\w'+-]+)*@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}$/;

/**
 * An address of mail, of which RFC 5321 allows 254 characters. The document has its pattern and no `format`, which says other
 * things of the part before the @ to each reader.
 */
export const email = z
  .string('must be an email address such as ada@example.com')
  .regex(EMAIL, 'must be an email address such as ada@example.com')
  .max(254, 'must have at most 254 characters');

/** A UUID of any version, in lower case from here on. */
export const uuid = z.guid('must be a UUID such as 6f1c0d8e-3a55-4f0a-9a3e-0c6b8f1d2e47').toLowerCase();
