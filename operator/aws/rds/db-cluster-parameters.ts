import {
  DescribeDBClusterParametersCommand,
  ModifyDBClusterParameterGroupCommand,
  ResetDBClusterParameterGroupCommand,
  type Parameter,
} from '@aws-sdk/client-rds';
import type { Page } from '../kind.ts';
import { reads } from '../permissions.ts';
import type { AwsSession } from '../session.ts';
import { parametersCollection, parametersKind } from './parameters.ts';
import { onOurs, PAGE } from './shared.ts';

async function describe(
  { rds }: AwsSession,
  DBClusterParameterGroupName: string,
  which: { readonly Source?: 'user'; readonly Marker?: string },
): Promise<Page<Parameter>> {
  const answer = await rds.send(
    new DescribeDBClusterParametersCommand({ DBClusterParameterGroupName, MaxRecords: PAGE, ...which }),
  );
  return { items: answer.Parameters, next: answer.Marker };
}

/** What is set in the parameter groups of clusters. */
export const dbClusterParameters = parametersCollection({
  name: 'rds/db-cluster-parameters',
  parent: 'rds/db-cluster-parameter-groups',
  reading: reads('rds:DescribeDBClusterParameters'),
  describe,
});

/** What is set in the parameter group of a cluster. */
export const dbClusterParametersKind = parametersKind({
  type: 'DbClusterParameters',
  collection: dbClusterParameters,
  describe,
  iam: onOurs('ModifyDBClusterParameterGroup', 'ResetDBClusterParameterGroup'),
  modify: ({ rds }, DBClusterParameterGroupName, Parameters) =>
    rds.send(new ModifyDBClusterParameterGroupCommand({ DBClusterParameterGroupName, Parameters })),
  reset: ({ rds }, DBClusterParameterGroupName, Parameters) =>
    rds.send(new ResetDBClusterParameterGroupCommand({ DBClusterParameterGroupName, Parameters })),
});
