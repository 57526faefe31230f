import type { ScalableTargetInputs } from '../../../operator/aws/application-autoscaling/scalable-target.ts';
import type { ScalingPoliciesInputs } from '../../../operator/aws/application-autoscaling/scaling-policies.ts';
import type { ScheduledActionsInputs } from '../../../operator/aws/application-autoscaling/scheduled-actions.ts';
import type { AlarmInputs } from '../../../operator/aws/cloudwatch/alarm-settings.ts';
import type { Case } from './case.ts';
import { SERVICE } from './ecs/cases.ts';

export const TARGET_ARN =
  'arn:aws:application-autoscaling:eu-central-1:111111111111:scalable-target/0ec5a1b2c3d4';
export const RESOURCE = 'service/web/backend-service';
const TOPIC = 'arn:aws:sns:eu-central-1:111111111111:on-call';

export const scalableTarget: ScalableTargetInputs = {
  resource: SERVICE,
  capacity: 'tasks',
  minCapacity: 2,
  maxCapacity: 10,
  scheduled: [{ minCapacity: 1, maxCapacity: 3 }, { minCapacity: 4 }],
};

export const described = {
  ServiceNamespace: 'ecs' as const,
  ResourceId: RESOURCE,
  ScalableDimension: 'ecs:service:DesiredCount' as const,
  MinCapacity: 2,
  MaxCapacity: 10,
  ScalableTargetARN: TARGET_ARN,
  RoleARN: 'arn:aws:iam::111111111111:role/aws-service-role/x',
  CreationTime: new Date(0),
  tags: {},
};

export const scalingPolicies: ScalingPoliciesInputs = {
  scalableTargetId: RESOURCE,
  policies: {
    cpu: {
      metric: 'ECSServiceAverageCPUUtilization',
      targetValue: 60,
      scaleOutCooldownSeconds: 60,
      scaleInCooldownSeconds: 300,
    },
  },
};
const CPU = 'ECSServiceAverageCPUUtilization at 60, cooldown 60 s out, 300 s in';

export const scheduledActions: ScheduledActionsInputs = {
  scalableTargetId: RESOURCE,
  actions: {
    night: { schedule: 'cron(0 20 * * ? *)', timeZone: 'Europe/Berlin', minCapacity: 1, maxCapacity: 3 },
  },
};
const NIGHT = 'cron(0 20 * * ? *) Europe/Berlin: min 1, max 3';

export const alarm: AlarmInputs = {
  name: 'web-dev-cpu',
  description: 'too much',
  namespace: 'AWS/ECS',
  metricName: 'CPUUtilization',
  dimensions: { ClusterName: 'web', ServiceName: 'backend-service' },
  statistic: 'Average',
  periodSeconds: 300,
  evaluationPeriods: 2,
  threshold: 80,
  actions: [TOPIC],
};

export const describedAlarm = {
  AlarmName: 'web-dev-cpu',
  AlarmArn: 'arn:aws:cloudwatch:eu-central-1:111111111111:alarm:web-dev-cpu',
  AlarmDescription: 'too much',
  ActionsEnabled: true,
  OKActions: [TOPIC],
  AlarmActions: [TOPIC],
  InsufficientDataActions: [],
  Namespace: 'AWS/ECS',
  MetricName: 'CPUUtilization',
  Statistic: 'Average' as const,
  Dimensions: [
    { Name: 'ServiceName', Value: 'backend-service' },
    { Name: 'ClusterName', Value: 'web' },
  ],
  Period: 300,
  EvaluationPeriods: 2,
  Threshold: 80,
  ComparisonOperator: 'GreaterThanThreshold' as const,
  Tags: [],
};

export const SCALING_CASES: Readonly<Record<string, Case>> = {
  ScalableTarget: {
    inputs: scalableTarget,
    record: described,
    needs: [SERVICE],
    changes: [
      [
        { resource: 'arn:aws:ecs:x:1:service/web/other' },
        `resource: ${RESOURCE} -> service/web/other (replace)`,
      ],
      [{ minCapacity: 3 }, 'minCapacity: 2 -> 3'],
      [{ maxCapacity: 20 }, 'maxCapacity: 10 -> 20'],
    ],
  },
  ScalingPolicies: {
    inputs: scalingPolicies,
    record: { resourceId: RESOURCE, policies: scalingPolicies.policies },
    needs: [],
    changes: [
      [{ policies: {} }, `policies[cpu]: ${CPU} -> (nothing)`],
      [
        {
          policies: {
            cpu: { ...scalingPolicies.policies['cpu'], targetValue: 70 },
          },
        },
        `policies[cpu]: ${CPU} -> ${CPU.replace('60,', '70,')}`,
      ],
      [
        {
          policies: {
            ...scalingPolicies.policies,
            requests: {
              metric: 'ALBRequestCountPerTarget',
              resourceLabel: 'app/web/1/targetgroup/web/2',
              targetValue: 500,
              scaleOutCooldownSeconds: 60,
              scaleInCooldownSeconds: 300,
            },
          },
        },
        'policies[requests]: (nothing) -> ALBRequestCountPerTarget of app/web/1/targetgroup/web/2 at 500, cooldown 60 s out, 300 s in',
      ],
    ],
  },
  ScheduledActions: {
    inputs: scheduledActions,
    record: { resourceId: RESOURCE, actions: scheduledActions.actions },
    needs: [],
    changes: [
      [{ actions: {} }, `actions[night]: ${NIGHT} -> (nothing)`],
      [
        { actions: { night: { schedule: 'cron(0 20 * * ? *)', timeZone: 'Etc/UTC', minCapacity: 1 } } },
        `actions[night]: ${NIGHT} -> cron(0 20 * * ? *) Etc/UTC: min 1`,
      ],
      [
        {
          actions: {
            ...scheduledActions.actions,
            day: { schedule: 'cron(0 6 * * ? *)', timeZone: 'Etc/UTC', maxCapacity: 10 },
          },
        },
        'actions[day]: (nothing) -> cron(0 6 * * ? *) Etc/UTC: max 10',
      ],
    ],
  },
  Alarm: {
    inputs: alarm,
    record: describedAlarm,
    needs: [],
    changes: [
      [{ name: 'web-prod-cpu' }, 'name: web-dev-cpu -> web-prod-cpu (replace)'],
      [{ description: 'hot' }, 'description: too much -> hot'],
      [{ metricName: 'MemoryUtilization' }, 'metric: AWS/ECS/CPUUtilization -> AWS/ECS/MemoryUtilization'],
      [
        { dimensions: { ClusterName: 'web' } },
        'dimensions: ClusterName=web, ServiceName=backend-service -> ClusterName=web',
      ],
      [{ statistic: 'Maximum' }, 'statistic: Average -> Maximum'],
      [{ periodSeconds: 60 }, 'periodSeconds: 300 -> 60'],
      [{ evaluationPeriods: 3 }, 'evaluationPeriods: 2 -> 3'],
      [{ threshold: 0.5 }, 'threshold: 80 -> 0.5'],
      [{ isRaisedBelow: true }, 'comparison: GreaterThanThreshold -> LessThanThreshold'],
      [{ isCount: true }, 'treatMissingData: missing -> notBreaching'],
      [{ actions: [] }, `actions: ALARM ${TOPIC}, OK ${TOPIC} -> `],
    ],
  },
};
