import {
  DescribeCacheParametersCommand,
  ModifyCacheParameterGroupCommand,
  ResetCacheParameterGroupCommand,
  type Parameter,
} from '@aws-sdk/client-elasticache';
import { READY, type Change } from '../../graph/kind.ts';
import { isNotFound } from '../errors.ts';
import { pages, type AwsCollection, type AwsKind } from '../kind.ts';
import { reads } from '../permissions.ts';
import type { AwsSession } from '../session.ts';
import { nameOf, onOurs, PAGE } from './shared.ts';

/** "A maximum of 20 parameters may be modified per request": API reference, ModifyCacheParameterGroup; it says the same of a reset. */
const WRITTEN_MAX = 20;

/** What has been set in one parameter group, by the group's ARN; what nobody has set is not in it. */
export interface ParameterSet {
  readonly arn: string;
  readonly parameters: Readonly<Record<string, string>>;
  /** The group was not there any more: nothing differs in it, whatever an older listing says. */
  readonly isGone?: true;
}

export interface CacheParametersInputs {
  /** The ARN of the parameter group. */
  readonly arn: string;
  /** By AWS's names; all others are the family's own. */
  readonly parameters: Readonly<Record<string, string>>;
}

/** Parameters, which AWS reads for one group a call. */
export const cacheParameters: AwsCollection<ParameterSet> = {
  name: 'elasticache/parameters',
  lane: 'slow',
  scope: 'region',
  iam: reads('elasticache:DescribeCacheParameters'),
  parent: 'elasticache/parameter-groups',
  async *list() {},
  async get(session, arns) {
    const found: ParameterSet[] = [];
    for (const arn of arns) found.push(await read(session, arn));
    return found;
  },
  id: ({ arn }) => arn,
  tags: () => ({}),
};

/** The parameters that the spec names; what somebody else has set goes back to what the family says. */
export const cacheParametersKind: AwsKind<CacheParametersInputs, ParameterSet> = {
  type: 'CacheParameters',
  collection: cacheParameters,
  idempotency: 'natural',
  iam: onOurs('parametergroup', 'ModifyCacheParameterGroup', 'ResetCacheParameterGroup'),
  after: [],

  find: (view, inputs) => view.get(inputs.arn),
  diff({ parameters }, record) {
    if (record?.isGone) return [];
    const now = record?.parameters ?? {};
    const names = [...new Set([...Object.keys(parameters), ...Object.keys(now)])].sort();
    return names.flatMap((name): Change[] => {
      const [from, to] = [now[name], parameters[name]];
      if (from === to) return [];
      const path = `parameters[${name}]`;
      return [{ path, ...(from !== undefined && { from }), ...(to !== undefined && { to }) }];
    });
  },
  state: () => READY,
  outputs: ({ arn }) => ({ id: arn }),
  gone: () => false,
  needs: ({ arn }) => [arn],

  async update({ session, wrote }, { arn, parameters }, _record, changes) {
    const CacheParameterGroupName = nameOf(arn);
    const names = changes.map(({ path }) => path.slice('parameters['.length, -1));
    const set = names.filter((name) => name in parameters);
    const dropped = names.filter((name) => !(name in parameters));
    const nameValues = (some: readonly string[]) =>
      some.map((ParameterName) => ({ ParameterName, ParameterValue: parameters[ParameterName] }));
    const laid = (some: readonly string[]) =>
      wrote(cacheParameters, arn, (record) => {
        const now = { ...record?.parameters };
        for (const name of some) delete now[name];
        const given = some.flatMap((name) => (name in parameters ? [[name, parameters[name]]] : []));
        return { arn, parameters: { ...now, ...(Object.fromEntries(given) as Record<string, string>) } };
      });
    for (const some of chunks(set)) {
      await session.elasticache.send(
        new ModifyCacheParameterGroupCommand({
          CacheParameterGroupName,
          ParameterNameValues: nameValues(some),
        }),
      );
      laid(some);
    }
    for (const some of chunks(dropped)) {
      await session.elasticache.send(
        new ResetCacheParameterGroupCommand({
          CacheParameterGroupName,
          ParameterNameValues: some.map((ParameterName) => ({ ParameterName })),
        }),
      );
      laid(some);
    }
  },
};

async function read(session: AwsSession, arn: string): Promise<ParameterSet> {
  const CacheParameterGroupName = nameOf(arn);
  const all = pages<Parameter>(async (Marker) => {
    const answer = await session.elasticache.send(
      new DescribeCacheParametersCommand({
        CacheParameterGroupName,
        Source: 'user',
        MaxRecords: PAGE,
        ...(Marker !== undefined && { Marker }),
      }),
    );
    return { items: answer.Parameters, next: answer.Marker };
  });
  const found: Record<string, string> = {};
  try {
    for await (const page of all)
      for (const { ParameterName = '', ParameterValue = '' } of page) found[ParameterName] = ParameterValue;
  } catch (error) {
    if (!isNotFound(error)) throw error;
    return { arn, parameters: {}, isGone: true };
  }
  return { arn, parameters: found };
}

function chunks(names: readonly string[]): string[][] {
  const count = Math.ceil(names.length / WRITTEN_MAX);
  return Array.from({ length: count }, (_, index) =>
    names.slice(index * WRITTEN_MAX, (index + 1) * WRITTEN_MAX),
  );
}
