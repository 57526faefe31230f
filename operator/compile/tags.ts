import type { ObjectMeta } from '../api/common.ts';
import { Terminal } from '../errors.ts';
import { ownershipTags, TAG } from '../graph/ownership.ts';
import type { CompileInput } from './input.ts';
import { ownerOf } from './names.ts';

type Tags = Readonly<Record<string, string>>;

/** An object whose things are tagged. */
interface Tagged {
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly spec: {
    readonly accountRef: { readonly name: string };
    readonly tags: Tags;
    readonly environment?: string | undefined;
  };
}

/** AWS allows 50 tags on a thing; a replacement adds its revision, and retention its time. */
const TAGS_MAX = 48;

/**
 * The tags of each thing of an object, by node key: `Name`, the Account's defaults, `environment`, the spec's
 * and, above all of them, those of ownership. Of keys that differ only in case the later one stays, since IAM
 * takes them as one. Throws {@link Terminal} where they are more than AWS allows.
 */
export function tagger(input: CompileInput<Tagged>): (node: string) => Tags {
  const { object, account, installation } = input;
  const { metadata, spec } = object;
  refuseTwins('spec.tags', spec.tags);
  refuseTwins(`spec.aws.defaultTags of Account ${spec.accountRef.name}`, account.defaultTags);
  const owner = ownerOf(object);
  const tagsFor = (node: string) =>
    merge(
      { Name: node === 'vpc' ? metadata.name : `${metadata.name}-${node.replaceAll('/', '-')}` },
      account.defaultTags,
      spec.environment === undefined ? {} : { environment: spec.environment },
      spec.tags,
      ownershipTags(installation, owner, node),
      metadata.uid === undefined ? {} : { [TAG.uid]: metadata.uid },
    );
  const count = Object.keys(tagsFor('vpc')).length;
  if (count > TAGS_MAX) {
    throw new Terminal(
      'InvalidSpec',
      `spec.tags has ${Object.keys(spec.tags).length} tags and Account ${spec.accountRef.name} adds ${Object.keys(account.defaultTags).length}, which makes ${count} with Landfall's own; AWS allows 50, two of them kept for replacements and retention: take away ${count - TAGS_MAX}`,
    );
  }
  return tagsFor;
}

function merge(...layers: readonly Tags[]): Tags {
  const byKey = new Map<string, [string, string]>();
  for (const layer of layers) {
    for (const [key, value] of Object.entries(layer)) byKey.set(key.toLowerCase(), [key, value]);
  }
  return Object.fromEntries([...byKey.values()].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function refuseTwins(field: string, tags: Tags): void {
  const keys = Object.keys(tags).sort();
  const twin = keys.find((key) =>
    keys.some((other) => other < key && other.toLowerCase() === key.toLowerCase()),
  );
  if (twin === undefined) return;
  throw new Terminal(
    'InvalidSpec',
    `${field} has ${twin} in two spellings; IAM, which tags the role of the flow logs, takes keys that differ only in case as one: keep one of them`,
  );
}
