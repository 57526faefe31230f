import * as fc from 'fast-check';
import { expect } from 'vitest';
import { z } from 'zod';

/** Characters of which each kind is refused somewhere, or is something else to somebody. */
const SPECIAL = Array.from(
  '\u0000\u0001\t\n\u000b\r\u001c\u007f\u0085 \u00a0\u200b\u2003\u2028\ufeffaZ09@.-_+/()<>";\\é\u0301Ω\u212a\u037e🥐',
);

/**
 * Texts of the form, of about the length that is allowed, of what is special and of anything. Halves of surrogate pairs are left
 * out: they are no characters, so a document has no words for them.
 */
const texts = (form: RegExp, most: number) => {
  const special = fc.string({ unit: fc.constantFrom(...SPECIAL), maxLength: 12 });
  const formed = fc.stringMatching(form, { size: 'small' });
  return fc.oneof(
    formed,
    fc.tuple(formed, special).map(([text, more]) => text + more),
    special,
    fc.string({ unit: 'binary', maxLength: 12 }),
    fc.string({ unit: fc.constantFrom('a', '🥐', ' '), minLength: most - 2, maxLength: most + 2 }),
  );
};

/** A text is taken if and only if the document says that it is; but for those of `unless`. */
export function expectTakenAsDocumented(schema: z.ZodType, unless?: (text: string) => boolean): void {
  const { minLength = 0, maxLength = 100, pattern = '' } = z.toJSONSchema(schema, { io: 'input' });
  const form = new RegExp(pattern, 'u');
  const taken = { as: 0, not: 0 };
  fc.assert(
    fc.property(texts(form, maxLength), (text) => {
      if (unless?.(text)) return;
      const { length } = Array.from(text);
      const documented = length >= minLength && length <= maxLength && form.test(text);
      taken[documented ? 'as' : 'not'] += 1;
      expect(schema.safeParse(text).success, JSON.stringify(text)).toBe(documented);
    }),
    { numRuns: 2000 },
  );
  // Else it would say nothing.
  expect(Math.min(taken.as, taken.not), JSON.stringify(taken)).toBeGreaterThan(10);
}
