import * as scaling from '@aws-sdk/client-application-auto-scaling';
import { namedBy } from '../../../operator/aws/application-autoscaling/shared.ts';
import { type Case, type Cases, type DriftCase, type DriftContext, id } from './case.ts';
import { retagTarget } from './scaling.ts';

/** Nodes of a table of which AWS sets the read units. */
export const TARGET = 'read-capacity';
const POLICIES = 'read-scaling';

const of = (at: DriftContext) => namedBy(id(at, TARGET));

/** Targets of services and of tables are listed by a call each, and the policies of each target by one. */
const changed = (node: string, call: (at: DriftContext) => Promise<unknown>): DriftCase => ({
  node,
  refreshes: 6,
  drift: async (at) => void (await call(at)),
});

const retagged = (key: string, value: string | undefined): Case =>
  changed(TARGET, (at) => retagTarget(at, TARGET, [key, value]));

const bounds = (change: Partial<scaling.RegisterScalableTargetRequest>): Case =>
  changed(TARGET, (at) =>
    at.applicationAutoscaling.send(new scaling.RegisterScalableTargetCommand({ ...of(at), ...change })),
  );

const policy = (PolicyName: string): Case =>
  changed(POLICIES, (at) =>
    at.applicationAutoscaling.send(
      new scaling.PutScalingPolicyCommand({
        ...of(at),
        PolicyName,
        PolicyType: 'TargetTrackingScaling',
        TargetTrackingScalingPolicyConfiguration: {
          TargetValue: 33,
          PredefinedMetricSpecification: { PredefinedMetricType: 'DynamoDBReadCapacityUtilization' },
        },
      }),
    ),
  );

/** For what scales a table, as `driftCases` has them for services. */
export const tableScalingCases: Cases = {
  ScalableTarget: {
    'tags missing': retagged('project', undefined),
    'tags extra': retagged('stray', 'yes'),
    'tags changed': retagged('project', 'somebody-else'),
    'minCapacity changed': bounds({ MinCapacity: 1 }),
    'maxCapacity changed': bounds({ MaxCapacity: 99 }),
    deleted: {
      ...changed(TARGET, (at) =>
        at.applicationAutoscaling.send(new scaling.DeregisterScalableTargetCommand(of(at))),
      ),
      // It is also looked for by its id before it is made anew.
      refreshes: 8,
      interrupts: true,
    },
  },
  ScalingPolicies: {
    'policies[*] missing': changed(POLICIES, (at) =>
      at.applicationAutoscaling.send(
        new scaling.DeleteScalingPolicyCommand({ ...of(at), PolicyName: 'utilization' }),
      ),
    ),
    'policies[*] extra (of somebody)': policy('stray'),
    'policies[*] changed': policy('utilization'),
  },
};

/** What makes a table scaled so need an action: the drift of it, by kind and name. */
export function tableScalingDrift(type: 'ScalableTarget' | 'ScalingPolicies', name: string): DriftCase {
  const entry = tableScalingCases[type]?.[name];
  if (!entry || !('drift' in entry) || 'stalls' in entry) throw new Error(`${type} has no drift ${name}`);
  return entry;
}
