import { ApplyMethod, type Parameter } from '@aws-sdk/client-rds';
import { READY, type Permission } from '../../graph/kind.ts';
import { pages, type AwsCollection, type AwsKind, type Page } from '../kind.ts';
import { onceKnown } from '../once-known.ts';
import { parameterChanges, parameterSets, writeParameters, type ParameterSet } from '../parameter-sets.ts';
import type { AwsSession } from '../session.ts';
import { nameIn } from './shared.ts';

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

/** What is set in the groups of a sort. */
export function parametersCollection(options: CollectionOptions): AwsCollection<ParameterSet> {
  const { describe, ...rest } = options;
  return parameterSets({
    ...rest,
    describe: (session, arn, which) => describe(session, nameIn(arn), which),
  });
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
    diff: ({ parameters }, record) => parameterChanges(parameters, record),
    state: () => READY,
    outputs: ({ arn }) => ({ id: arn }),
    gone: () => false,
    needs: ({ arn }) => [arn],

    async update({ session, wrote }, { groupId, groupName, family }, _record, changes) {
      const read = () => dynamicOnes((which) => describe(session, groupName, which));
      const dynamic = (await dynamicOfFamilies(session, [family], { all: false, read })).get(family);
      const methodOf = (name: string) =>
        dynamic?.has(name) === true ? ApplyMethod.immediate : ApplyMethod.pending_reboot;
      const asTaken = <P extends { readonly ParameterName: string }>(parameters: readonly P[]) =>
        parameters.map((one) => ({ ...one, ApplyMethod: methodOf(one.ParameterName) }));
      await writeParameters(changes, {
        set: (parameters) => modify(session, groupName, asTaken(parameters)),
        reset: (parameters) => reset(session, groupName, asTaken(parameters)),
        took: (after) =>
          wrote(collection, groupId, (now) => ({ arn: groupId, parameters: after(now?.parameters ?? {}) })),
      });
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
