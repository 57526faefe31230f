import { ApplyMethod, type Parameter } from '@aws-sdk/client-rds';
import { READY, type Change, type Permission } from '../../graph/kind.ts';
import { isNotFound } from '../errors.ts';
import { pages, type AwsCollection, type AwsKind, type Page } from '../kind.ts';
import { onceKnown } from '../once-known.ts';
import type { AwsSession } from '../session.ts';
import { nameIn } from './shared.ts';

/** "A maximum of 20 parameters can be modified in a single request": ModifyDBParameterGroup, API reference. */
const CHANGED_MAX = 20;

/** The parameters of one group that somebody has set, by its ARN. */
export interface ParameterSet {
  readonly arn: string;
  readonly parameters: Readonly<Record<string, string>>;
  /** The group was not there any more: nothing differs in it, whatever an older listing says. */
  readonly isGone?: true;
}

export interface ParametersInputs {
  /** The ARN of the group. */
  readonly groupId: string;
  readonly groupName: string;
  /** As `mysql8.0`: it decides what the engine takes over while it runs. */
  readonly family: string;
  /** By name; what is not named has the value that the engine gives it. */
  readonly parameters: Readonly<Record<string, string>>;
}

interface CollectionOptions {
  readonly name: string;
  /** The collection of the groups. */
  readonly parent: string;
  readonly reading: readonly Permission[];
  /** A page of those in a group; of those that somebody has set, or of all. */
  readonly describe: (
    session: AwsSession,
    group: string,
    which: { readonly Source?: 'user'; readonly Marker?: string },
  ) => Promise<Page<Parameter>>;
}

/** Parameters, which AWS reads for one group a call. */
export function parametersCollection(options: CollectionOptions): AwsCollection<ParameterSet> {
  const { name, parent, reading, describe } = options;
  return {
    name,
    lane: 'slow',
    scope: 'region',
    iam: reading,
    parent,
    async *list() {},
    get: (session, arns) =>
      Promise.all(
        arns.map(async (arn): Promise<ParameterSet> => {
          const set: Record<string, string> = {};
          try {
            const all = pages<Parameter>((Marker) =>
              describe(session, nameIn(arn), { Source: 'user', ...(Marker !== undefined && { Marker }) }),
            );
            for await (const page of all)
              for (const { ParameterName, ParameterValue } of page)
                if (ParameterName !== undefined && ParameterValue !== undefined)
                  set[ParameterName] = ParameterValue;
            return { arn, parameters: set };
          } catch (error) {
            if (!isNotFound(error)) throw error;
            return { arn, parameters: {}, isGone: true };
          }
        }),
      ),
    id: ({ arn }) => arn,
    tags: () => ({}),
  };
}

interface KindOptions extends Pick<CollectionOptions, 'describe'> {
  readonly type: string;
  readonly collection: AwsCollection<ParameterSet>;
  readonly iam: readonly Permission[];
  readonly modify: (session: AwsSession, group: string, parameters: Parameter[]) => Promise<unknown>;
  readonly reset: (session: AwsSession, group: string, parameters: Parameter[]) => Promise<unknown>;
}

/** The parameters that are set in a group. One that is not named any more gets the engine's value back. */
export function parametersKind(options: KindOptions): AwsKind<ParametersInputs, ParameterSet> {
  const { type, collection, iam, describe, modify, reset } = options;
  const dynamicOfFamilies = onceKnown<ReadonlySet<string>>();
  return {
    type,
    collection,
    idempotency: 'natural',
    iam,
    after: [],

    find: (view, { groupId }) => view.get(groupId),
    diff({ parameters }, record) {
      if (record?.isGone) return [];
      const now = record?.parameters ?? {};
      const path = (name: string) => `parameters[${name}]`;
      return [
        ...Object.entries(parameters)
          .filter(([name, to]) => now[name] !== to)
          .map(([name, to]): Change => ({
            path: path(name),
            ...(name in now && { from: now[name] }),
            to,
          })),
        ...Object.entries(now)
          .filter(([name]) => !(name in parameters))
          .map(([name, from]): Change => ({ path: path(name), from })),
      ];
    },
    state: () => READY,
    outputs: ({ arn }) => ({ id: arn }),
    gone: () => false,
    needs: ({ arn }) => [arn],

    async update({ session, wrote }, { groupId, groupName, family }, _record, changes) {
      const read = () => dynamicOnes((which) => describe(session, groupName, which));
      const dynamic = (await dynamicOfFamilies(session, [family], { all: false, read })).get(family);
      const methodOf = (name: string) =>
        dynamic?.has(name) === true ? ApplyMethod.immediate : ApplyMethod.pending_reboot;
      const named = changes.map(({ path, to }) => ({ name: path.slice('parameters['.length, -1), to }));
      for (const part of chunks(named.filter(({ to }) => to !== undefined))) {
        const values = part.map(({ name, to }) => [name, String(to)] as const);
        const set = values.map(([ParameterName, ParameterValue]): Parameter => ({
          ParameterName,
          ParameterValue,
          ApplyMethod: methodOf(ParameterName),
        }));
        await modify(session, groupName, set);
        wrote(collection, groupId, (now) => ({
          arn: groupId,
          parameters: { ...now?.parameters, ...Object.fromEntries(values) },
        }));
      }
      for (const part of chunks(named.filter(({ to }) => to === undefined))) {
        const gone = new Set(part.map(({ name }) => name));
        const taken = part.map(({ name }): Parameter => ({
          ParameterName: name,
          ApplyMethod: methodOf(name),
        }));
        await reset(session, groupName, taken);
        wrote(collection, groupId, (now) => ({
          arn: groupId,
          parameters: Object.fromEntries(
            Object.entries(now?.parameters ?? {}).filter(([name]) => !gone.has(name)),
          ),
        }));
      }
    },
  };
}

/** The parameters that an engine takes over while it runs; the others ask for a reboot, and AWS refuses to set them at once. */
async function dynamicOnes(
  describe: (which: { readonly Marker?: string }) => Promise<Page<Parameter>>,
): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  const all = pages<Parameter>((Marker) => describe({ ...(Marker !== undefined && { Marker }) }));
  for await (const page of all)
    for (const { ParameterName, ApplyType } of page)
      if (ParameterName !== undefined && ApplyType === 'dynamic') found.add(ParameterName);
  return found;
}

function chunks<T>(items: readonly T[]): T[][] {
  const count = Math.ceil(items.length / CHANGED_MAX);
  return Array.from({ length: count }, (_, index) =>
    items.slice(index * CHANGED_MAX, (index + 1) * CHANGED_MAX),
  );
}
