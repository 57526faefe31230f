import type { SecureVpc } from '../api/secure-vpc.ts';
import type { GraphNode } from '../graph/graph.ts';
import { ref } from '../graph/ref.ts';
import type { CompileInput } from './input.ts';
import { fit, namespaceOf, ownerOf } from './names.ts';
import type { NodeBuilder } from './nodes.ts';
import { policyText, trustInService } from './policies.ts';
import { ROLE_ACTIONS } from './role-actions.ts';

const ROLE_NAME_MAX = 64;

/** The VPC's flow log with its log group and the role that writes there; nothing where the spec wants none. */
export function flowLogNodes(build: NodeBuilder, input: CompileInput<SecureVpc>): GraphNode[] {
  const { object, account, installation, facts } = input;
  const { flowLogs, region } = object.spec;
  if (flowLogs.destination === 'None') return [];
  const namespace = namespaceOf(object.metadata);
  const logGroup = `/landfall/${namespace}/${object.metadata.name}/flow-logs`;
  return [
    build.thing('LogGroup', 'log-group/flow-logs', {
      name: logGroup,
      retentionDays: flowLogs.retentionDays,
    }),
    build.thing('Role', 'role/flow-logs', {
      // Role names are unique in an account, all regions together.
      name: fit(
        `landfall-${namespace}-${object.metadata.name}-flow-logs`,
        ROLE_NAME_MAX,
        [installation, region, ownerOf(object)].join('\n'),
      ),
      path: `/landfall/${namespace}/`,
      trustPolicy: trustInService(
        'vpc-flow-logs.amazonaws.com',
        facts.accountId,
        `arn:${facts.partition}:ec2:${region}:${facts.accountId}:vpc-flow-log/*`,
      ),
      permissionsBoundaryArn: account.permissionsBoundaryArn ?? '',
    }),
    build.facet('RolePolicies', 'role-policies/flow-logs', {
      roleName: ref('role/flow-logs'),
      policies: {
        // A group that is taken over has a name of its own.
        'flow-logs': writePolicy(
          `arn:${facts.partition}:logs:${region}:${facts.accountId}`,
          ref('log-group/flow-logs', 'name'),
        ),
      },
    }),
    build.thing(
      'FlowLog',
      'flow-log',
      {
        vpcId: ref('vpc'),
        logGroupName: ref('log-group/flow-logs', 'name'),
        roleArn: ref('role/flow-logs', 'arn'),
        trafficType: flowLogs.trafficType,
        maxAggregationIntervalSeconds: flowLogs.maxAggregationIntervalSeconds,
      },
      { dependsOn: ['role-policies/flow-logs'] },
    ),
  ];
}

/** DescribeLogGroups cannot be narrowed to one group: the service looks its group up among all. */
function writePolicy(logs: string, logGroup: string): string {
  const group = `${logs}:log-group:${logGroup}`;
  return policyText(
    {
      Effect: 'Allow',
      Action: [...ROLE_ACTIONS.writeLogs, ...ROLE_ACTIONS.findLogStream].sort(),
      Resource: [group, `${group}:*`],
    },
    { Effect: 'Allow', Action: ROLE_ACTIONS.findLogGroup[0], Resource: `${logs}:log-group:*` },
  );
}
