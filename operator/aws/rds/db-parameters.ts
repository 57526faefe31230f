import {
  DescribeDBParametersCommand,
  ModifyDBParameterGroupCommand,
  ResetDBParameterGroupCommand,
  type Parameter,
} from '@aws-sdk/client-rds';
import type { Page } from '../kind.ts';
import { reads } from '../permissions.ts';
import type { AwsSession } from '../session.ts';
import { parametersCollection, parametersKind } from './parameters.ts';
import { onOurs, PAGE } from './shared.ts';

async function describe(
  { rds }: AwsSession,
  DBParameterGroupName: string,
  which: { readonly Source?: 'user'; readonly Marker?: string },
): Promise<Page<Parameter>> {
  const answer = await rds.send(
    new DescribeDBParametersCommand({ DBParameterGroupName, MaxRecords: PAGE, ...which }),
  );
  return { items: answer.Parameters, next: answer.Marker };
}

/** What is set in the parameter groups of instances. */
export const dbParameters = parametersCollection({
  name: 'rds/db-parameters',
  parent: 'rds/db-parameter-groups',
  reading: reads('rds:DescribeDBParameters'),
  describe,
});

/** What is set in the parameter group of an instance. */
export const dbParametersKind = parametersKind({
  type: 'DbParameters',
  collection: dbParameters,
  describe,
  iam: onOurs('ModifyDBParameterGroup', 'ResetDBParameterGroup'),
  modify: ({ rds }, DBParameterGroupName, Parameters) =>
    rds.send(new ModifyDBParameterGroupCommand({ DBParameterGroupName, Parameters })),
  reset: ({ rds }, DBParameterGroupName, Parameters) =>
    rds.send(new ResetDBParameterGroupCommand({ DBParameterGroupName, Parameters })),
});
