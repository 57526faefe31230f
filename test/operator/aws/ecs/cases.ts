import { contentHash } from '../../../../operator/aws/ecs/task-definition-changes.ts';
import type { TaskDefinitionInputs } from '../../../../operator/aws/ecs/task-definition-inputs.ts';
import type { EcsServiceInputs } from '../../../../operator/aws/ecs/service-settings.ts';
import { MARK } from '../../../../operator/aws/ecs/shared.ts';
import type { Case } from '../case.ts';

const ARN = 'arn:aws:ecs:eu-central-1:111111111111';
export const CLUSTER = `${ARN}:cluster/web`;
export const REVISION = `${ARN}:task-definition/backend-task:3`;
export const SERVICE = `${ARN}:service/web/backend-service`;
const ROLE = 'arn:aws:iam::111111111111:role/landfall/team/web-execution';
const TARGETS = 'arn:aws:elasticloadbalancing:eu-central-1:111111111111:targetgroup/web/1';

/** As the portal's backend. */
export const taskDefinition: TaskDefinitionInputs = {
  family: 'backend-task',
  cpu: '256',
  memory: '512',
  networkMode: 'awsvpc',
  requiresCompatibilities: ['FARGATE'],
  executionRoleArn: ROLE,
  containerDefinitions: [
    {
      name: 'backend',
      image: 'backend:1',
      essential: true,
      portMappings: [{ containerPort: 5000 }],
      environment: [
        { name: 'PORT', value: '5000' },
        { name: 'STAGE', value: 'dev' },
      ],
      secrets: [{ name: 'PASSWORD', valueFrom: 'arn:aws:secretsmanager:x' }],
      logConfiguration: { logDriver: 'awslogs', options: { 'awslogs-group': '/ecs/backend' } },
      healthCheck: { command: ['CMD-SHELL', 'curl -f localhost:5000/health'] },
    },
  ],
};

/** As AWS describes it, with what AWS adds. */
export const described = {
  taskDefinitionArn: REVISION,
  family: 'backend-task',
  revision: 3,
  status: 'ACTIVE' as const,
  cpu: '256',
  memory: '512',
  networkMode: 'awsvpc' as const,
  requiresCompatibilities: ['FARGATE' as const],
  compatibilities: ['EC2' as const, 'FARGATE' as const],
  executionRoleArn: ROLE,
  volumes: [],
  placementConstraints: [],
  containerDefinitions: [
    {
      name: 'backend',
      image: 'backend:1',
      cpu: 0,
      essential: true,
      portMappings: [{ containerPort: 5000, hostPort: 5000, protocol: 'tcp' as const }],
      environment: [
        { name: 'STAGE', value: 'dev' },
        { name: 'PORT', value: '5000' },
      ],
      secrets: [{ name: 'PASSWORD', valueFrom: 'arn:aws:secretsmanager:x' }],
      mountPoints: [],
      volumesFrom: [],
      systemControls: [],
      logConfiguration: { logDriver: 'awslogs' as const, options: { 'awslogs-group': '/ecs/backend' } },
      healthCheck: {
        command: ['CMD-SHELL', 'curl -f localhost:5000/health'],
        interval: 30,
        timeout: 5,
        retries: 3,
      },
    },
  ],
};

export const revision = {
  arn: REVISION,
  status: 'ACTIVE',
  tags: [{ key: MARK.content, value: contentHash(taskDefinition) }],
  described,
};

export const service: EcsServiceInputs = {
  cluster: CLUSTER,
  name: 'backend-service',
  taskDefinition: REVISION,
  desiredCount: 2,
  launchType: 'FARGATE',
  platformVersion: 'LATEST',
  network: { subnetIds: ['subnet-1', 'subnet-2'], securityGroupIds: ['sg-1'], assignPublicIp: false },
  loadBalancers: [{ targetGroupArn: TARGETS, containerName: 'backend', containerPort: 5000 }],
  healthCheckGracePeriodSeconds: 60,
  deployment: { minimumHealthyPercent: 50, maximumPercent: 200, circuitBreaker: true, rollback: true },
  enableExecuteCommand: false,
  propagateTags: 'SERVICE',
  enableEcsManagedTags: true,
  restartedAt: 'monday',
};

export const listed = {
  serviceArn: SERVICE,
  serviceName: 'backend-service',
  clusterArn: CLUSTER,
  status: 'ACTIVE',
  taskDefinition: REVISION,
  desiredCount: 2,
  runningCount: 2,
  pendingCount: 0,
  launchType: 'FARGATE' as const,
  platformVersion: 'LATEST',
  platformFamily: 'Linux',
  schedulingStrategy: 'REPLICA' as const,
  networkConfiguration: {
    awsvpcConfiguration: {
      subnets: ['subnet-2', 'subnet-1'],
      securityGroups: ['sg-1'],
      assignPublicIp: 'DISABLED' as const,
    },
  },
  loadBalancers: [{ targetGroupArn: TARGETS, containerName: 'backend', containerPort: 5000 }],
  healthCheckGracePeriodSeconds: 60,
  deploymentConfiguration: {
    minimumHealthyPercent: 50,
    maximumPercent: 200,
    deploymentCircuitBreaker: { enable: true, rollback: true },
    strategy: 'ROLLING' as const,
  },
  availabilityZoneRebalancing: 'ENABLED' as const,
  enableExecuteCommand: false,
  propagateTags: 'SERVICE' as const,
  enableECSManagedTags: true,
  placementStrategy: [],
  placementConstraints: [],
  deployments: [
    {
      id: 'ecs-svc/1',
      status: 'PRIMARY',
      taskDefinition: REVISION,
      desiredCount: 2,
      runningCount: 2,
      rolloutState: 'COMPLETED' as const,
      createdAt: new Date('2026-01-01T00:00:00Z'),
    },
  ],
  events: [
    {
      createdAt: new Date('2026-01-01T00:05:00Z'),
      message: '(service backend-service) has reached a steady state.',
    },
  ],
  tags: [{ key: MARK.restarted, value: 'monday' }],
};

/** For the contract of all kinds (`kinds.test.ts`). */
export const ECS_CASES: Readonly<Record<string, Case>> = {
  EcsCluster: {
    inputs: { name: 'web', containerInsights: 'enabled' },
    record: {
      clusterArn: CLUSTER,
      clusterName: 'web',
      status: 'ACTIVE',
      settings: [{ name: 'containerInsights', value: 'enabled' }],
    },
    needs: [],
    changes: [
      [{ name: 'api' }, 'name: web -> api (replace)'],
      [{ containerInsights: 'disabled' }, 'containerInsights: enabled -> disabled'],
    ],
  },
  TaskDefinition: {
    inputs: taskDefinition,
    record: revision,
    needs: ['web-execution', '/ecs/backend'],
    changes: [
      [{ family: 'other' }, 'family: backend-task -> other (replace)'],
      [{ cpu: '512' }, 'cpu: 256 -> 512 (replace)'],
      [{ memory: '1024' }, 'memory: 512 -> 1024 (replace)'],
      [{ taskRoleArn: 'arn:r' }, 'taskRoleArn: (nothing) -> arn:r (replace)'],
      [{ ephemeralStorage: { sizeInGiB: 30 } }, 'ephemeralStorage: (nothing) -> {"sizeInGiB":30} (replace)'],
    ],
  },
  EcsService: {
    inputs: service,
    record: listed,
    needs: [CLUSTER, REVISION, 'subnet-2', 'subnet-1', 'sg-1', TARGETS],
    changes: [
      [{ cluster: `${ARN}:cluster/api` }, `cluster: ${CLUSTER} -> ${ARN}:cluster/api (replace)`],
      [{ name: 'api' }, 'name: backend-service -> api (replace)'],
      [{ launchType: 'EC2' }, 'launchType: FARGATE -> EC2 (replace)'],
      [{ taskDefinition: 'arn:4' }, `taskDefinition: ${REVISION} -> arn:4`],
      [{ desiredCount: 3 }, 'desiredCount: 2 -> 3'],
      [{ platformVersion: '1.4.0' }, 'platformVersion: LATEST -> 1.4.0'],
      [
        { network: { ...service.network, subnetIds: ['subnet-1'] } },
        'subnetIds: ["subnet-1","subnet-2"] -> ["subnet-1"]',
      ],
      [
        { network: { ...service.network, securityGroupIds: ['sg-2'] } },
        'securityGroupIds: ["sg-1"] -> ["sg-2"]',
      ],
      [{ network: { ...service.network, assignPublicIp: true } }, 'assignPublicIp: false -> true'],
      [{ healthCheckGracePeriodSeconds: 0 }, 'healthCheckGracePeriodSeconds: 60 -> 0'],
      [
        { deployment: { ...service.deployment, minimumHealthyPercent: 100 } },
        'minimumHealthyPercent: 50 -> 100',
      ],
      [{ deployment: { ...service.deployment, maximumPercent: 150 } }, 'maximumPercent: 200 -> 150'],
      [{ deployment: { ...service.deployment, circuitBreaker: false } }, 'circuitBreaker: true -> false'],
      [{ deployment: { ...service.deployment, rollback: false } }, 'rollback: true -> false'],
      [{ enableExecuteCommand: true }, 'enableExecuteCommand: false -> true'],
      [{ propagateTags: 'NONE' }, 'propagateTags: SERVICE -> NONE'],
      [{ enableEcsManagedTags: false }, 'enableEcsManagedTags: true -> false'],
      [
        { placementStrategy: [{ type: 'spread', field: 'attribute:ecs.availability-zone' }] },
        'placementStrategy: [] -> [{"type":"spread","field":"attribute:ecs.availability-zone"}]',
      ],
      [
        { placementConstraints: [{ type: 'distinctInstance' }] },
        'placementConstraints: [] -> [{"type":"distinctInstance"}]',
      ],
      [{ restartedAt: 'tuesday' }, 'restartedAt: monday -> tuesday'],
    ],
  },
};
