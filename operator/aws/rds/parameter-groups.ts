import { READY, type Change, type Permission } from '../../graph/kind.ts';
import { TAG } from '../../graph/ownership.ts';
import { unlessGone } from '../errors.ts';
import { pages, type AwsCollection, type AwsKind, type Page } from '../kind.ts';
import { generationName } from '../names.ts';
import { chosen, NOMINATION_ACTIONS, nominated } from '../nominated.ts';
import type { ParameterSet } from '../parameter-sets.ts';
import { reads } from '../permissions.ts';
import type { AwsSession } from '../session.ts';
import { tagList, tagsOf } from '../tags.ts';
import {
  arnIn,
  existing,
  makes,
  nameIn,
  onOurs,
  TAG_READS,
  TAG_WRITES,
  updateTags,
  withTags,
  type Tagged,
} from './shared.ts';

/** The longest name of a parameter group. */
const NAME_MAX = 255;

export interface ParameterGroupInputs {
  /** At most 255 small letters, digits and hyphens, unique in account and region. */
  readonly name: string;
  /** As `mysql8.0`: a version of another family takes another group. */
  readonly family: string;
  readonly description: string;
}

/** A group of parameters of an instance, or of a cluster. */
export interface ParameterGroup {
  readonly name: string;
  readonly arn: string;
  readonly family: string;
  readonly description: string;
}

interface CollectionOptions {
  readonly name: string;
  readonly sort: 'pg' | 'cluster-pg';
  /** The describe call, without its service. */
  readonly action: string;
  /** A page of all of them, or of those of one name. */
  readonly describe: (
    session: AwsSession,
    which: { readonly name?: string; readonly Marker?: string },
  ) => Promise<Page<ParameterGroup>>;
}

/** Parameter groups. AWS lists them without tags, which the tagging API knows. */
export function parameterGroupsCollection(options: CollectionOptions): AwsCollection<Tagged<ParameterGroup>> {
  const { name, sort, action, describe } = options;
  return {
    name,
    lane: 'fast',
    scope: 'region',
    iam: [...reads(`rds:${action}`), ...NOMINATION_ACTIONS],
    async *list(session, installation) {
      const all = pages<ParameterGroup>((Marker) =>
        describe(session, { ...(Marker !== undefined && { Marker }) }),
      );
      for await (const tags of nominated(session, `rds:${sort}`, installation))
        for await (const page of all) yield chosen(page, ({ arn }) => arn, tags);
    },
    async get(session, arns) {
      const found = await existing(
        arns.map(nameIn),
        async (one) => (await describe(session, { name: one })).items,
      );
      return withTags(session, found, ({ arn }) => arn);
    },
    id: ({ arn }) => arn,
    tags: tagsOf,
  };
}

interface KindOptions {
  readonly type: string;
  readonly collection: AwsCollection<Tagged<ParameterGroup>>;
  /** What is set in each of them. */
  readonly parameters: AwsCollection<ParameterSet>;
  readonly sort: 'pg' | 'cluster-pg';
  /** The create and the delete call, without their service. */
  readonly actions: { readonly create: string; readonly delete: string };
  readonly iam?: readonly Permission[];
  /** Kinds whose things use it. */
  readonly usedBy: readonly string[];
  readonly create: (
    session: AwsSession,
    inputs: ParameterGroupInputs,
    tags: ReturnType<typeof tagList>,
  ) => Promise<unknown>;
  readonly delete: (session: AwsSession, name: string) => Promise<unknown>;
}

/** A group of parameters: one of another family is another group, under another name, until what uses the former has it. */
export function parameterGroupKind(
  options: KindOptions,
): AwsKind<ParameterGroupInputs, Tagged<ParameterGroup>> {
  const { type, collection, sort, actions, usedBy } = options;
  return {
    type,
    collection,
    idempotency: 'name',
    iam: [
      ...makes(actions.create, sort),
      ...onOurs(actions.delete),
      ...TAG_WRITES,
      ...TAG_READS,
      ...(options.iam ?? []),
    ],
    after: usedBy,

    diff(inputs, group) {
      if (!group) return [];
      const fixed: [string, string, string][] = [
        ['name', group.name, nameOf(inputs, tagsOf(group)[TAG.revision])],
        ['family', group.family, inputs.family],
        ['description', group.description, inputs.description],
      ];
      return fixed
        .filter(([, from, to]) => from !== to)
        .map(([path, from, to]): Change => ({ path, from, to, replace: true }));
    },
    state: () => READY,
    outputs: ({ arn, name }) => ({ id: arn, name }),
    gone: () => false,
    needs: () => [],

    async create({ session, tags, revision, wrote }, inputs) {
      const name = nameOf(inputs, revision);
      await options.create(session, { ...inputs, name }, tagList(tags));
      const arn = arnIn(session, sort, name);
      // AWS refuses a second one of a name, so nobody has set anything in this one.
      wrote(options.parameters, arn, () => ({ arn, parameters: {} }));
      return { ...inputs, name, arn, Tags: tagList(tags) };
    },
    async conflicting(session, inputs, revision) {
      const [found] = await collection.get(session, [arnIn(session, sort, nameOf(inputs, revision))]);
      return found;
    },
    update: (context, _inputs, { arn }, changes) => updateTags(context, collection, arn, changes),
    async delete({ session }, { name }) {
      await unlessGone(options.delete(session, name));
      return undefined;
    },
  };
}

function nameOf({ name }: ParameterGroupInputs, revision: string | undefined): string {
  return generationName(name, NAME_MAX, revision);
}
