import {
  DescribeCacheParametersCommand,
  ModifyCacheParameterGroupCommand,
  ResetCacheParameterGroupCommand,
} from '@aws-sdk/client-elasticache';
import { READY } from '../../graph/kind.ts';
import type { AwsKind } from '../kind.ts';
import { parameterChanges, parameterSets, writeParameters, type ParameterSet } from '../parameter-sets.ts';
import { reads } from '../permissions.ts';
import { nameOf, onOurs, PAGE } from './shared.ts';

export interface CacheParametersInputs {
  /** The ARN of the parameter group. */
  readonly arn: string;
  /** By AWS's names; all others are the family's own. */
  readonly parameters: Readonly<Record<string, string>>;
}

/** What is set in the parameter groups of caches. */
export const cacheParameters = parameterSets({
  name: 'elasticache/parameters',
  parent: 'elasticache/parameter-groups',
  reading: reads('elasticache:DescribeCacheParameters'),
  async describe({ elasticache }, arn, which) {
    const answer = await elasticache.send(
      new DescribeCacheParametersCommand({
        CacheParameterGroupName: nameOf(arn),
        MaxRecords: PAGE,
        ...which,
      }),
    );
    return { items: answer.Parameters, next: answer.Marker };
  },
});

/** The parameters that the spec names; what somebody else has set goes back to what the family says. */
export const cacheParametersKind: AwsKind<CacheParametersInputs, ParameterSet> = {
  type: 'CacheParameters',
  collection: cacheParameters,
  idempotency: 'natural',
  iam: onOurs('parametergroup', 'ModifyCacheParameterGroup', 'ResetCacheParameterGroup'),
  after: [],

  find: (view, inputs) => view.get(inputs.arn),
  diff: ({ parameters }, record) => parameterChanges(parameters, record),
  state: () => READY,
  outputs: ({ arn }) => ({ id: arn }),
  gone: () => false,
  needs: ({ arn }) => [arn],

  async update({ session: { elasticache }, wrote }, { arn }, _record, changes) {
    const CacheParameterGroupName = nameOf(arn);
    await writeParameters(changes, {
      set: (ParameterNameValues) =>
        elasticache.send(
          new ModifyCacheParameterGroupCommand({ CacheParameterGroupName, ParameterNameValues }),
        ),
      reset: (ParameterNameValues) =>
        elasticache.send(
          new ResetCacheParameterGroupCommand({ CacheParameterGroupName, ParameterNameValues }),
        ),
      took: (after) =>
        wrote(cacheParameters, arn, (now) => ({ arn, parameters: after(now?.parameters ?? {}) })),
    });
  },
};
