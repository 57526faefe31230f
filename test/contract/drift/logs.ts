import {
  DeleteLogGroupCommand,
  DeleteRetentionPolicyCommand,
  PutRetentionPolicyCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import * as ec2 from '@aws-sdk/client-ec2';
import { type Cases, type Deletions, type DriftCase, type DriftContext, id } from './case.ts';
import { ec2Tags } from './tags.ts';

const LOGS = 'log-group/flow-logs';

function logArn(at: DriftContext): string {
  return `arn:aws:logs:us-east-1:123456789012:log-group:${id(at, LOGS)}`;
}

const logGroupDeleted = (node: string): DriftCase => ({
  node,
  drift: async (at) => void (await at.logs.send(new DeleteLogGroupCommand({ logGroupName: id(at, node) }))),
});

const flowLogDeleted = (node: string): DriftCase => ({
  node,
  drift: async (at) =>
    void (await at.ec2.send(new ec2.DeleteFlowLogsCommand({ FlowLogIds: [id(at, node)] }))),
});

export const logsCases: Cases = {
  LogGroup: {
    'tags missing': {
      node: LOGS,
      drift: async (at) =>
        void (await at.logs.send(
          new UntagResourceCommand({ resourceArn: logArn(at), tagKeys: ['project'] }),
        )),
    },
    'tags extra': {
      node: LOGS,
      drift: async (at) =>
        void (await at.logs.send(
          new TagResourceCommand({ resourceArn: logArn(at), tags: { stray: 'yes' } }),
        )),
    },
    'tags changed': {
      node: LOGS,
      drift: async (at) =>
        void (await at.logs.send(
          new TagResourceCommand({ resourceArn: logArn(at), tags: { project: 'somebody-else' } }),
        )),
    },
    'retentionDays changed': {
      node: LOGS,
      drift: async (at) =>
        void (await at.logs.send(
          new PutRetentionPolicyCommand({ logGroupName: id(at, LOGS), retentionInDays: 365 }),
        )),
    },
    'retentionDays missing': {
      node: LOGS,
      drift: async (at) =>
        void (await at.logs.send(new DeleteRetentionPolicyCommand({ logGroupName: id(at, LOGS) }))),
    },
    deleted: logGroupDeleted(LOGS),
  },
  FlowLog: {
    ...ec2Tags('flow-log'),
    deleted: flowLogDeleted('flow-log'),
  },
};

export const logsDeletions: Deletions = {
  LogGroup: (node) => ({ deleted: logGroupDeleted(node) }),
  FlowLog: (node) => ({ deleted: flowLogDeleted(node) }),
};
