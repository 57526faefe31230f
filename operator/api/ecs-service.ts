import { z } from 'zod';
import { alarmRules, alarms } from './alarms.ts';
import { autoscaling, scalingRules } from './autoscaling.ts';
import { CapacitySchema } from './capacity.ts';
import { approvalStatus, commonSpec, commonStatus, objectSchema, targetStatus } from './common.ts';
import { ClusterSchema } from './cluster.ts';
import { ContainerSchema, ecsName } from './containers.ts';
import { CertificateStatusSchema } from './domain-names.ts';
import {
  capacityRules,
  clusterRules,
  containerRules,
  deploymentRules,
  sizeRules,
} from './ecs-service-rules.ts';
import { listMap, onOff, retentionDays, setOf } from './fields.ts';
import { imageOwner } from './image-owner.ts';
import { balancedRules } from './load-balancer-rules.ts';
import { LoadBalancerSchema } from './load-balancer.ts';
import { allowReferencesFrom, fixedReferenceTo } from './references.ts';
import { immutable, keptOrNever, matches, withRules } from './rule.ts';
import { dataStoreRules, dataStores } from './service-data-stores.ts';

const roleName = withRules(
  z.string().max(64),
  matches(
    '^[A-Za-z0-9+=,.@_-]+$',
    '{self} is not the name of a role: use letters, digits and +=,.@_-, at most 64',
  ),
);

const task = z
  .strictObject({
    family: ecsName(
      'Family of the task definition. Default: `<name>-<environment>-task-definition` of this object.',
    ).optional(),
    cpu: z
      .int()
      .min(128)
      .max(196_608)
      .optional()
      .describe(
        'CPU units of a task; 1024 are one vCPU. On Fargate one of the figures that it offers. Default: that of the environment: dev 256, staging 512, prod 1024.',
      ),
    memoryMiB: z
      .int()
      .min(6)
      .max(24_576_000)
      .optional()
      .describe(
        'MiB of memory of a task; on Fargate one of the figures that it offers with its CPU units. Default: that of the environment: dev 512, staging 1024, prod 2048.',
      ),
    cpuArchitecture: z.enum(['X86_64', 'ARM64']).default('X86_64').describe('What the images are built for.'),
    ephemeralStorageGiB: z
      .int()
      .min(21)
      .max(200)
      .optional()
      .describe(
        'GiB of scratch room of a task on Fargate, for containers that may write (`readonlyRootFilesystem: false`). Default: the 20 that Fargate gives to each.',
      ),
    executionRoleName: roleName
      .optional()
      .describe(
        'Name of the role by which images are pulled and logs written. Default: one of namespace and name.',
      ),
    taskRoleName: roleName
      .optional()
      .describe(
        'Name of the role that the containers have: with ECS Exec it may open shells, with dataStores use these, else nothing. Default: one of namespace and name.',
      ),
    containers: listMap(ContainerSchema, 'name', 10).min(1).describe('The containers of a task, by name.'),
  })
  .describe('What a task is made of. Whatever changes in it is a new revision, which is rolled out.');

const RENAMED = 'make a new EcsService with the other name and move over';
const MOVED =
  'names in AWS come from it; make a new EcsService for the other stage and move over, or change task.cpu, task.memoryMiB and service.desiredCount alone';

const environment = withRules(
  commonSpec.environment
    .unwrap()
    .describe(
      'The stage that this object belongs to: a tag, a part of the names in AWS, and how large and how many the tasks are where nothing else is said. It cannot change later.',
    ),
  immutable('environment', MOVED),
).optional();

const service = z
  .strictObject({
    name: withRules(
      ecsName(
        'Name of the service. Default: `<name>-<environment>-service` of this object. It cannot change later.',
      ),
      immutable('service.name', RENAMED),
    ).optional(),
    desiredCount: z
      .int()
      .min(0)
      .max(5000)
      .optional()
      .describe(
        'How many tasks run; `kubectl scale` sets it. With `autoscaling` only how many a new service begins with. Default: that of the environment: dev 1, staging 2, prod 3; without one 1.',
      ),
    autoscaling: autoscaling.optional(),
    deployment: z
      .strictObject({
        minimumHealthyPercent: z
          .int()
          .min(0)
          .max(100)
          .default(50)
          .describe('Percent of the desired tasks that have to run while others are replaced.'),
        maximumPercent: z
          .int()
          .min(100)
          .max(200)
          .default(200)
          .describe(
            'Percent of the desired tasks that may run while others are replaced. Above 100 ECS also spreads tasks over the zones again when they have become uneven.',
          ),
        circuitBreaker: onOff
          .default('Enabled')
          .describe(
            'Whether a rollout whose tasks keep failing is given up, and what ran before is rolled back to.',
          ),
      })
      .prefault({})
      .describe('How tasks are replaced.'),
    healthCheckGracePeriodSeconds: z
      .int()
      .min(0)
      .max(2_147_483_647)
      .optional()
      .describe(
        'Seconds after its start in which a task is not replaced for being unhealthy at the load balancer. Default: 60 where there is one.',
      ),
    executeCommand: onOff
      .default('Disabled')
      .describe(
        'Whether ECS Exec may open a shell in a container, for those whom IAM lets. AWS opens none where `readonlyRootFilesystem` is true, as it is by default.',
      ),
  })
  .prefault({})
  .describe('The service that keeps the tasks running.');

const logs = z
  .strictObject({
    group: withRules(
      z
        .string()
        .max(512)
        .describe(
          'Name of the log group. Default: `/<environment>/<name>/ecs-application-logs` of this object, without an environment `/ecs/<namespace>/<name>`.',
        ),
      matches(
        '^/(ecs/[A-Za-z0-9_/.#-]+|[A-Za-z0-9_/.#-]+/ecs-application-logs)$',
        '{self} is not a name that the operator’s role may make: begin with /ecs/, or end in /ecs-application-logs',
      ),
    ).optional(),
    retentionDays: retentionDays(7),
  })
  .prefault({})
  .describe('Where the containers’ output goes.');

const spec = withRules(
  z
    .strictObject({
      ...commonSpec,
      environment,
      networkRef: fixedReferenceTo('SecureVpc', 'networkRef').describe(
        'The network in whose private subnets the tasks run, with its security group `ecs`. It is in the same account and region, and cannot change later.',
      ),
      cluster: ClusterSchema.prefault({}),
      allowReferencesFrom,
      task,
      imageOwner,
      capacity: CapacitySchema.prefault({}),
      service,
      loadBalancer: LoadBalancerSchema.optional(),
      dataStores,
      logs,
      alarms,
    })
    .describe('The service that is wanted.'),
  ...sizeRules,
  ...capacityRules,
  ...clusterRules,
  ...containerRules,
  ...deploymentRules,
  ...balancedRules,
  ...scalingRules,
  ...alarmRules,
  ...dataStoreRules,
  keptOrNever('environment', 'environment', MOVED),
  keptOrNever('service.name', 'service.name', RENAMED),
);
export type EcsServiceSpec = z.output<typeof spec>;

const arn = (what: string) => z.string().max(2048).optional().describe(what);
const count = (what: string) => z.int().min(0).max(1_000_000).optional().describe(what);

const time = (what: string) => z.string().meta({ format: 'date-time' }).describe(what);

const ServiceEventSchema = z.object({
  time: time('When, as ISO 8601.'),
  message: z.string().max(1024).describe('In ECS’s words.'),
});

const StoppedTaskSchema = z
  .object({
    time: time('When it began to stop, as ISO 8601; missing where AWS does not say.').optional(),
    reason: z
      .string()
      .max(1024)
      .describe(
        'In ECS’s words: of the task, then of its containers, with their exit codes where one of them ended by itself.',
      ),
  })
  .describe(
    'The task that stopped last while a rollout loses tasks or has failed, and why. It goes when all tasks run.',
  );

const status = z
  .object({
    ...commonStatus,
    ...targetStatus,
    ...approvalStatus,
    clusterArn: arn('ARN of the cluster.'),
    serviceArn: arn('ARN of the service.'),
    taskDefinitionArn: arn('ARN of the revision that is in force.'),
    securityGroupId: z.string().max(64).optional().describe('Id of the security group of the tasks.'),
    loadBalancerArn: arn('ARN of the load balancer.'),
    loadBalancerDnsName: z.string().max(1024).optional().describe('Name by which it is reached.'),
    domainName: z.string().max(253).optional().describe('The domain name whose record leads to it.'),
    certificates: listMap(CertificateStatusSchema, 'domainName', 10)
      .optional()
      .describe('The certificates that were made for its listeners.'),
    targetGroupArn: arn('ARN of the target group.'),
    healthyTargets: count('How many tasks the load balancer finds healthy.'),
    unhealthyTargets: count('How many it does not, or not yet; those that it lets go do not count.'),
    logGroup: z.string().max(512).optional().describe('Name of the log group.'),
    dataStores: setOf(z.string().max(127), 100)
      .optional()
      .describe(
        'DataStores whose ports the tasks may open, as `namespace/name`. One that the spec has no more stays until the tasks that may use it are gone.',
      ),
    desiredCount: count('How many tasks are to run.'),
    runningCount: count('How many tasks run.'),
    rollout: z
      .string()
      .max(64)
      .optional()
      .describe('How far the last rollout is, in AWS’s word: IN_PROGRESS, COMPLETED or FAILED.'),
    events: z
      .array(ServiceEventSchema)
      .max(5)
      .meta({ 'x-kubernetes-list-type': 'atomic' })
      .optional()
      .describe('What ECS said last of the service, newest first.'),
    lastStoppedTask: StoppedTaskSchema.optional(),
  })
  .describe('What the operator did and found; only the operator writes it.');
export type EcsServiceStatus = z.output<typeof status>;

/** A service on Fargate or instances: cluster, task definition, service, roles, log group, security groups, and a load balancer where asked for. */
export const EcsServiceSchema = objectSchema('EcsService', spec, status.prefault({}));
export type EcsService = z.output<typeof EcsServiceSchema>;
