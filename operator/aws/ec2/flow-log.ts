import {
  CreateFlowLogsCommand,
  DeleteFlowLogsCommand,
  DescribeFlowLogsCommand,
  type FlowLog,
} from '@aws-sdk/client-ec2';
import { READY, type Change } from '../../graph/kind.ts';
import { isNotFoundCode, PartialFailure } from '../errors.ts';
import { ROLES } from '../iam/role.ts';
import { must, type AwsKind } from '../kind.ts';
import { makes, onOwn } from '../permissions.ts';
import { tagList } from '../tags.ts';
import { ec2Collection } from './collection.ts';
import { TAG_ACTIONS, tagSpecification, updateTags } from './shared.ts';

export interface FlowLogInputs {
  readonly vpcId: string;
  readonly logGroupName: string;
  readonly roleArn: string;
  readonly trafficType: 'ALL' | 'ACCEPT' | 'REJECT';
  readonly maxAggregationIntervalSeconds: 60 | 600;
}

/** Flow logs. */
export const flowLogs = ec2Collection<FlowLog>({
  name: 'ec2/flow-logs',
  action: 'ec2:DescribeFlowLogs',
  idFilter: 'flow-log-id',
  id: (log) => must(log.FlowLogId, 'FlowLogId'),
  async page({ ec2 }, { Filters, ...rest }) {
    const answer = await ec2.send(new DescribeFlowLogsCommand({ ...rest, Filter: Filters }));
    return { items: answer.FlowLogs, next: answer.NextToken };
  },
});

/** The record of a VPC's traffic, sent to a log group. AWS changes none of its settings: another one is made first. */
export const flowLogKind: AwsKind<FlowLogInputs, FlowLog> = {
  type: 'FlowLog',
  collection: flowLogs,
  idempotency: 'token',
  iam: [
    ...makes('ec2:CreateFlowLogs'),
    ...onOwn('ec2:CreateFlowLogs', 'ec2:DeleteFlowLogs'),
    {
      // "Do not use the ResourceTag condition key" here, since its results are not reliable:
      // https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
      action: 'iam:PassRole',
      on: 'anything',
      resource: ROLES,
      when: { 'iam:PassedToService': ['vpc-flow-logs.amazonaws.com'] },
    },
    ...TAG_ACTIONS,
  ],
  after: [],

  diff(inputs, log) {
    if (!log) return [];
    const fields: [string, unknown, unknown][] = [
      ['vpcId', log.ResourceId, inputs.vpcId],
      ['logGroupName', log.LogGroupName, inputs.logGroupName],
      ['roleArn', log.DeliverLogsPermissionArn, inputs.roleArn],
      ['trafficType', log.TrafficType, inputs.trafficType],
      [
        'maxAggregationIntervalSeconds',
        log.MaxAggregationInterval ?? 600,
        inputs.maxAggregationIntervalSeconds,
      ],
    ];
    return fields
      .filter(([, from, to]) => from !== to)
      .map(([path, from, to]): Change => ({ path, from, to, replace: true }));
  },
  state: () => READY,
  outputs: (log) => ({ id: must(log.FlowLogId, 'FlowLogId') }),
  gone: () => false,
  needs: (log) => [
    must(log.ResourceId, 'ResourceId'),
    must(log.LogGroupName, 'LogGroupName'),
    roleNameOf(log),
  ],

  async create({ session, tags, token }, inputs) {
    const settings = {
      LogGroupName: inputs.logGroupName,
      DeliverLogsPermissionArn: inputs.roleArn,
      TrafficType: inputs.trafficType,
      LogDestinationType: 'cloud-watch-logs',
      MaxAggregationInterval: inputs.maxAggregationIntervalSeconds,
    } as const;
    const answer = await session.ec2.send(
      new CreateFlowLogsCommand({
        ...settings,
        ResourceIds: [inputs.vpcId],
        ResourceType: 'VPC',
        ClientToken: token,
        TagSpecifications: tagSpecification('vpc-flow-log', tags),
      }),
    );
    const failed = answer.Unsuccessful?.[0]?.Error;
    if (failed) throw new PartialFailure('CreateFlowLogs', failed.Code ?? 'Unknown', failed.Message ?? '');
    const FlowLogId = must(answer.FlowLogIds?.[0], 'FlowLogIds');
    return {
      ...settings,
      FlowLogId,
      ResourceId: inputs.vpcId,
      Tags: tagList(tags),
    };
  },
  async conflicting(session, inputs) {
    const found = await flowLogs.matching(session, 'resource-id', [inputs.vpcId]);
    return found.find((log) => flowLogKind.diff(inputs, log).length === 0);
  },
  update: (context, _inputs, log, changes) =>
    updateTags(context, flowLogs, must(log.FlowLogId, 'FlowLogId'), changes),
  async delete({ session }, log) {
    const answer = await session.ec2.send(
      new DeleteFlowLogsCommand({ FlowLogIds: [must(log.FlowLogId, 'FlowLogId')] }),
    );
    const failed = answer.Unsuccessful?.[0]?.Error;
    if (failed && !isNotFoundCode(failed.Code))
      throw new PartialFailure('DeleteFlowLogs', failed.Code ?? 'Unknown', failed.Message ?? '');
    return undefined;
  },
};

function roleNameOf(log: FlowLog): string {
  return (log.DeliverLogsPermissionArn ?? '').split('/').at(-1) ?? '';
}
