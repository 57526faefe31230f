import { z } from 'zod';
import { celString, withRules } from './rule.ts';

/** The most tags a manifest may give: AWS allows 50, Landfall adds its own and `Name`. */
const MAX_TAGS = 40;

/** Tags for AWS, within AWS's limits. */
export function tagsSchema(description: string) {
  return withRules(
    z
      .record(z.string(), z.string().max(256))
      .superRefine((self, context) => {
        const count = Object.keys(self).length;
        if (count <= MAX_TAGS) return;
        context.addIssue({
          code: 'custom',
          message: `Too many: ${count}: must have at most ${MAX_TAGS} items`,
        });
      })
      .meta({ description, maxProperties: MAX_TAGS }),
    {
      cel: "self.all(k, !k.startsWith('aws:') && !k.startsWith('landfall.dev/'))",
      message:
        'tag {key} is reserved: keys that begin with aws: belong to AWS and those with landfall.dev/ to Landfall; choose another key',
      check: (self) => Object.keys(self).every((key) => !reservedTag(key)),
      show: {
        key: {
          cel: "self.filter(k, k.startsWith('aws:') || k.startsWith('landfall.dev/'))[0]",
          of: (self) => Object.keys(self).find((key) => reservedTag(key)) ?? '',
        },
      },
    },
    {
      cel: `self.all(k, k.matches(${celString(TAG_KEY)}))`,
      message: 'a tag key is not allowed: AWS takes 1 to 128 letters, digits, spaces and _ . : / = + - @',
      check: (self) => Object.keys(self).every((key) => new RegExp(TAG_KEY, 'u').test(key)),
    },
    {
      cel: `self.all(k, self[k].matches(${celString(TAG_VALUE)}))`,
      message: 'a tag value is not allowed: AWS takes up to 256 letters, digits, spaces and _ . : / = + - @',
      check: (self) => Object.values(self).every((value) => new RegExp(TAG_VALUE, 'u').test(value)),
    },
  );
}

// IAM, which tags the flow-log role, is the strictest of the services: others take any character.
const TAG_KEY = '^[\\p{L}\\p{Z}\\p{N}_.:/=+@-]{1,128}$';
const TAG_VALUE = '^[\\p{L}\\p{Z}\\p{N}_.:/=+@-]{0,256}$';

function reservedTag(key: string): boolean {
  return key.startsWith('aws:') || key.startsWith('landfall.dev/');
}
