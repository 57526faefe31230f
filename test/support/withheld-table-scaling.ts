import * as scaling from '@aws-sdk/client-application-auto-scaling';
import { TAG } from '../../operator/graph/ownership.ts';
import { id } from '../contract/drift/case.ts';
import { targetArn } from '../contract/drift/scaling.ts';
import { tableScalingDrift, TARGET } from '../contract/drift/table-scaling.ts';
import { bounded, policyFor } from './least-privilege.ts';
import { serviceAccount } from './manifests.ts';
import { act, anew, orphanTags, type Provocation, undone } from './provocation.ts';
import { orders, store } from './store-manifests.ts';
import { actionsOf } from './withheld-suite.ts';

const units = { mode: 'Provisioned', readUnits: 5, writeUnits: 5 };

/** A table of which AWS sets the read units, also of its index. */
export const scaledTable = store('scaled', {
  deletionPolicy: 'Delete',
  dynamodb: {
    ...orders,
    billing: { ...units, autoscaling: { read: { minUnits: 2, maxUnits: 20 } } },
  },
});
export const anotherScaledTable = store('another', {
  deletionPolicy: 'Delete',
  dynamodb: { partitionKey: { name: 'id', type: 'String' }, billing: units },
});

/** Nothing scales by a schedule. */
const OF_SCHEDULES = /ScheduledAction$/;

/** The actions of Application Auto Scaling that a table needs. */
export async function actionsOfScaledTable(): Promise<string[]> {
  const all = actionsOf(await policyFor([bounded(serviceAccount), scaledTable]));
  return all.filter((action) => action.startsWith('application-autoscaling:') && !OF_SCHEDULES.test(action));
}

const drifts = (type: 'ScalableTarget' | 'ScalingPolicies', name: string): Provocation =>
  act((at) => tableScalingDrift(type, name).drift(at));

/** A target that is to go, of the same table's write units. */
const orphanTarget = act((at) =>
  at.applicationAutoscaling.send(
    new scaling.RegisterScalableTargetCommand({
      ServiceNamespace: 'dynamodb',
      ScalableDimension: 'dynamodb:table:WriteCapacityUnits',
      ResourceId: id(at, TARGET).split('#')[0],
      MinCapacity: 5,
      MaxCapacity: 5,
      Tags: orphanTags(scaledTable),
    }),
  ),
);

/** A target that lost the tag of its installation: it is looked up by its id. */
const untaggedTarget = undone(async (at) => {
  const client = at.applicationAutoscaling;
  const ResourceARN = await targetArn(at, TARGET);
  await client.send(new scaling.UntagResourceCommand({ ResourceARN, TagKeys: [TAG.installation] }));
  return () =>
    client.send(new scaling.TagResourceCommand({ ResourceARN, Tags: { [TAG.installation]: 'local' } }));
});

/** For each of these actions, what makes the operator need it. */
export const TABLE_SCALING_PROVOCATIONS: Readonly<Record<string, Provocation>> = {
  'application-autoscaling:DeleteScalingPolicy': drifts('ScalingPolicies', 'policies[*] extra (of somebody)'),
  'application-autoscaling:DeregisterScalableTarget': orphanTarget,
  'application-autoscaling:DescribeScalableTargets': anew,
  'application-autoscaling:DescribeScalingPolicies': anew,
  'application-autoscaling:DescribeScheduledActions': anew,
  'application-autoscaling:ListTagsForResource': untaggedTarget,
  'application-autoscaling:PutScalingPolicy': drifts('ScalingPolicies', 'policies[*] changed'),
  'application-autoscaling:RegisterScalableTarget': drifts('ScalableTarget', 'maxCapacity changed'),
  'application-autoscaling:TagResource': drifts('ScalableTarget', 'tags missing'),
  'application-autoscaling:UntagResource': drifts('ScalableTarget', 'tags extra'),
};
