import type { FlowLog } from '@aws-sdk/client-ec2';
import type { AdoptedNode } from '../../api/common.ts';
import type { VpcSurvey } from './survey.ts';
import { nameOf, titled } from './words.ts';

/** The flow log of the VPC, its log group and its role as `spec.flowLogs`. */
export interface FlowLogDraft {
  readonly spec: object;
  readonly adopt: readonly AdoptedNode[];
  readonly left: readonly string[];
}

const NONE = { destination: 'None' };

/** What can be said of the flow logs: one that nobody shares its role and log group with, and whose records end some day. */
export function flowLogsIn(survey: VpcSurvey): FlowLogDraft {
  const reasons = survey.flowLogs.map((log) => ({ log, why: hindrance(survey, log) }));
  const chosen = reasons.find(({ why }) => why === undefined)?.log;
  const left = reasons
    .filter(({ log }) => log !== chosen)
    .map(({ log, why }) => `flow log ${titled(log.FlowLogId, nameOf(log))}: ${why ?? 'a SecureVpc has one'}`);
  if (!chosen) return { spec: NONE, adopt: [], left };
  const group = survey.logGroups.find(({ logGroupName }) => logGroupName === chosen.LogGroupName);
  return {
    spec: {
      retentionDays: group?.retentionInDays,
      trafficType: chosen.TrafficType,
      maxAggregationIntervalSeconds: chosen.MaxAggregationInterval ?? 600,
    },
    adopt: [
      { node: 'log-group/flow-logs', id: chosen.LogGroupName ?? '' },
      { node: 'role/flow-logs', id: roleOf(chosen) },
      { node: 'flow-log', id: chosen.FlowLogId ?? '' },
    ],
    left,
  };
}

function hindrance(survey: VpcSurvey, log: FlowLog): string | undefined {
  if (log.LogDestinationType !== undefined && log.LogDestinationType !== 'cloud-watch-logs')
    return `a SecureVpc sends records to CloudWatch Logs, not to ${log.LogDestinationType}`;
  const group = survey.logGroups.find(({ logGroupName }) => logGroupName === log.LogGroupName);
  if (!group) return `its log group ${log.LogGroupName} is not there`;
  if (group.retentionInDays === undefined)
    return `log group ${log.LogGroupName} keeps its records for ever, which a SecureVpc cannot say`;
  if (!survey.roles.some(({ RoleName }) => RoleName === roleOf(log)))
    return `its role ${log.DeliverLogsPermissionArn} is not there`;
  const sharer = [...survey.otherFlowLogs, ...survey.flowLogs].find(
    (other) =>
      other.FlowLogId !== log.FlowLogId &&
      (other.LogGroupName === log.LogGroupName ||
        other.DeliverLogsPermissionArn === log.DeliverLogsPermissionArn),
  );
  if (sharer) return `flow log ${sharer.FlowLogId} of ${sharer.ResourceId} shares its role or log group`;
  return undefined;
}

function roleOf({ DeliverLogsPermissionArn: arn = '' }: FlowLog): string {
  return arn.split('/').at(-1) ?? '';
}
