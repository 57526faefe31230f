import { READY, type ActionContext, type Change, type Permission } from '../../graph/kind.ts';
import { isNotFound } from '../errors.ts';
import type { AwsCollection, AwsKind } from '../kind.ts';
import type { AwsSession } from '../session.ts';

/** An attribute in AWS's words. */
interface Attribute {
  readonly Key?: string | undefined;
  readonly Value?: string | undefined;
}

/** The attributes of one load balancer or target group, by its ARN. */
export interface AttributeSet {
  readonly arn: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** The load balancer or target group was not there any more: nothing differs in it, whatever an older listing says. */
  readonly isGone?: true;
}

export interface AttributesInputs {
  /** The ARN of the load balancer or target group. */
  readonly arn: string;
  /** By AWS's names; what is not named stays as it is. */
  readonly attributes: Readonly<Record<string, string>>;
}

interface AttributesOptions {
  readonly name: string;
  /** The collection of the things whose attributes these are. */
  readonly parent: string;
  readonly reading: readonly Permission[];
  readonly describe: (session: AwsSession, arn: string) => Promise<readonly Attribute[] | undefined>;
}

/** Attributes, which AWS reads for one thing a call. */
export function attributesCollection(options: AttributesOptions): AwsCollection<AttributeSet> {
  const { name, parent, reading, describe } = options;
  return {
    name,
    lane: 'slow',
    scope: 'region',
    iam: reading,
    parent,
    async *list() {},
    async get(session, arns) {
      const found: AttributeSet[] = [];
      for (const arn of arns) {
        try {
          found.push({ arn, attributes: recordOf((await describe(session, arn)) ?? []) });
        } catch (error) {
          if (!isNotFound(error)) throw error;
          found.push({ arn, attributes: {}, isGone: true });
        }
      }
      return found;
    },
    id: (record) => record.arn,
    tags: () => ({}),
  };
}

interface AttributesKindOptions {
  readonly type: string;
  readonly collection: AwsCollection<AttributeSet>;
  readonly iam: readonly Permission[];
  /** What a new thing has. */
  readonly defaults: Readonly<Record<string, string>>;
  readonly modify: (session: AwsSession, arn: string, attributes: Required<Attribute>[]) => Promise<unknown>;
}

/** The attributes that the spec names; all that change go in one call. */
export function attributesKind(options: AttributesKindOptions): AwsKind<AttributesInputs, AttributeSet> {
  const { type, collection, iam, defaults, modify } = options;
  return {
    type,
    collection,
    idempotency: 'natural',
    iam,
    after: [],

    find: (view, inputs) => view.get(inputs.arn),
    diff(inputs, record) {
      if (record?.isGone) return [];
      const now = record?.attributes ?? defaults;
      return Object.entries(inputs.attributes)
        .filter(([key, to]) => now[key] !== to)
        .map(([key, to]): Change => ({ path: `attributes[${key}]`, from: now[key] ?? '', to }));
    },
    state: () => READY,
    outputs: (record) => ({ id: record.arn }),
    gone: () => false,
    needs: (record) => [record.arn],

    async update({ session, wrote }: ActionContext<AwsSession>, inputs, _record, changes) {
      const named = new Set(changes.map(({ path }) => path.slice('attributes['.length, -1)));
      const sent = Object.fromEntries(Object.entries(inputs.attributes).filter(([key]) => named.has(key)));
      const list = Object.entries(sent).map(([Key, Value]) => ({ Key, Value }));
      await modify(session, inputs.arn, list);
      wrote(collection, inputs.arn, (record) => ({
        arn: inputs.arn,
        attributes: { ...(record?.attributes ?? defaults), ...sent },
      }));
    },
  };
}

function recordOf(attributes: readonly Attribute[]): Record<string, string> {
  return Object.fromEntries(attributes.map(({ Key = '', Value = '' }) => [Key, Value]));
}
