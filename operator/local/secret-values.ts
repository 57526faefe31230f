import { randomInt } from 'node:crypto';
import type { Change } from '../graph/kind.ts';
import { shortHash } from '../graph/ownership.ts';
import type { GeneratedSecretInputs } from './inputs.ts';
import type { Resource } from './kind.ts';
import { sorted } from './manifest.ts';
import type { Tags } from './ownership.ts';
import type { Answered, KubeRecord } from './record.ts';

export const SECRETS: Resource = { group: '', version: 'v1', plural: 'secrets', kind: 'Secret' };
/** Label of a copy of a Secret of another namespace. */
export const COPY_LABEL = 'landfall.dev/copy';
/** Annotation of a copy: which Secret it is of, and which of its keys, as JSON. */
export const COPY_OF = 'landfall.dev/copy-of';
/** In place of values, which nobody is shown. */
export const HIDDEN = '(not shown)';
/** Fingerprints of the values that were made, by key: `password=0123456789abcdef`, with commas. */
export const GENERATED = 'landfall.dev/generated';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

interface Named {
  readonly namespace?: string | undefined;
  readonly name: string;
}

/** The values of a Secret as text. */
export function decoded(object: Answered): Tags {
  const data = (object['data'] ?? {}) as Tags;
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString('utf8')]),
  );
}

export function encoded(values: Tags): Tags {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [key, Buffer.from(value, 'utf8').toString('base64')]),
  );
}

/** What tells values apart without telling them. */
export function fingerprints({ namespace = '', name }: Named, values: Tags): Tags {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [
      key,
      shortHash([namespace, name, key, value].join('\n'), 16),
    ]),
  );
}

/** A change of values, of which it shows nothing. */
export function hidden(change: Change): Change {
  if (!change.path.startsWith('data')) return change;
  const { from, to, ...rest } = change;
  return { ...rest, ...(from !== undefined && { from: HIDDEN }), ...(to !== undefined && { to: HIDDEN }) };
}

/** A hash over all fingerprints of a Secret. */
export function versionText(prints: Tags): string {
  return shortHash(sorted(prints), 16);
}

/** All values, of which those that were made before stay. */
export function valuesFor(
  { values, generated, templates = {} }: GeneratedSecretInputs,
  former: Tags = {},
): Tags {
  const made = Object.entries(generated).map(([key, length]) => [key, former[key] ?? randomText(length)]);
  const plain: Record<string, string> = { ...values, ...Object.fromEntries(made) };
  const composed = Object.entries(templates).map(([key, template]) => [
    key,
    template.replace(/\{([^{}]+)\}/g, (whole, name: string) => plain[name] ?? whole),
  ]);
  return { ...plain, ...(Object.fromEntries(composed) as Tags) };
}

/** The annotation of what was made. What of it says another value than there is, is left: nobody here has changed that one. */
export function marksIn(
  inputs: GeneratedSecretInputs,
  values: Tags,
  former: { readonly marks?: string | undefined; readonly values?: Tags | undefined },
): string {
  const before = marksOf(former.marks);
  const prints = fingerprints(inputs, values);
  return Object.keys(inputs.generated)
    .sort()
    .map((key) => `${key}=${(former.values?.[key] === undefined ? undefined : before[key]) ?? prints[key]}`)
    .join(',');
}

/** The values that were made, and whether each is as it was made. */
export function keysOfSecret({ metadata, body }: KubeRecord): { key: string; isAsMade: boolean }[] {
  const prints = (body['data'] ?? {}) as Tags;
  return Object.entries(marksOf(metadata.annotations[GENERATED])).map(([key, mark]) => ({
    key,
    isAsMade: prints[key] === undefined || prints[key] === mark,
  }));
}

/** Keys of values that were made and of which no fingerprint tells how. */
export function unmarked({ generated }: GeneratedSecretInputs, annotation: string | undefined): string[] {
  const marks = marksOf(annotation);
  return Object.keys(generated).filter((key) => marks[key] === undefined);
}

function marksOf(annotation = ''): Tags {
  const pairs = annotation.split(',').flatMap((pair) => {
    const at = pair.lastIndexOf('=');
    return at > 0 ? [[pair.slice(0, at), pair.slice(at + 1)] as const] : [];
  });
  return Object.fromEntries(pairs);
}

function randomText(length: number): string {
  return Array.from({ length }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
}
