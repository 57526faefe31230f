/**
 * What a field of a manifest does where its Account is local. What it does in AWS its own description says, on the kind's reference
 * page.
 */
export type FieldMeaning =
  | {
      /** What it does here. */
      readonly local: string;
      /** Where that is tested: a file below test/, `#`, and the title of the test. */
      readonly test: string;
    }
  | {
      /** It means nothing here, and why. */
      readonly none: string;
    };

/** Every field of a kind's spec that is no object itself, by path: `spec.task.containers[].image`. */
export type FieldMeanings = Readonly<Record<string, FieldMeaning>>;

/** The same why for several fields: the paths below `prefix`, as lines or words. */
export function without(none: string, prefix: string, names: string): FieldMeanings {
  return Object.fromEntries(words(names).map((name) => [`${prefix}${name}`, { none }]));
}

/** The same effect of several fields. */
export function does(local: string, test: string, prefix: string, names: string): FieldMeanings {
  return Object.fromEntries(words(names).map((name) => [`${prefix}${name}`, { local, test }]));
}

function words(text: string): string[] {
  return text.split(/\s+/u).filter((word) => word !== '');
}
