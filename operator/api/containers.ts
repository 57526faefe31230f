import { z } from 'zod';
import { environmentFrom, variableName } from './environment-from.ts';
import { listMap, PortSchema } from './fields.ts';
import { matches, withRules } from './rule.ts';

/** A name in ECS: of a container, a service, a cluster, a family. */
export const ecsName = (what: string, maxLength = 255) =>
  withRules(
    z.string().max(maxLength).describe(what),
    matches(
      '^[A-Za-z0-9][A-Za-z0-9_-]*$',
      '{self} is not a name that ECS takes: use letters, digits, hyphens and underscores, beginning with a letter or digit',
    ),
  );

const words = (description: string) =>
  z
    .array(z.string().max(4096))
    .max(64)
    .meta({ 'x-kubernetes-list-type': 'atomic' })
    .optional()
    .describe(description);

const image = withRules(
  z
    .string()
    .max(512)
    .describe(
      'Image with its tag or digest, as `111111111111.dkr.ecr.us-east-1.amazonaws.com/backend:1.4.2`. The execution role may pull what it names from ECR and nothing else.',
    ),
  matches(
    '^[a-z0-9][A-Za-z0-9._:/@-]*$',
    '{self} is not the name of an image: write registry, repository and tag or digest, for example backend:1.4.2',
  ),
);

const variable = z.strictObject({
  name: variableName,
  value: z
    .string()
    .max(8192)
    .describe('Its value, for anybody to read who may describe task definitions: never a secret.'),
});

const versionPart = (what: string) =>
  withRules(
    z.string().min(1).max(256).describe(what),
    matches('^[^:]+$', '{self} has a colon in it, which ECS takes for the end of it: leave it out'),
  );

const secret = withRules(
  z.strictObject({
    name: variableName,
    valueFrom: withRules(
      z
        .string()
        .max(1100)
        .describe(
          'ARN of a secret of Secrets Manager, with the six characters that AWS put behind its name, or of a parameter of Systems Manager. A grant of the Account has to cover it.',
        ),
      matches(
        '^arn:aws[a-z-]*:(secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:[A-Za-z0-9/_+=.@-]+-[A-Za-z0-9]{6}|ssm:[a-z0-9-]+:[0-9]{12}:parameter/[A-Za-z0-9/_.-]+)$',
        '{self} is the ARN of neither a secret nor a parameter: write it as arn:aws:secretsmanager:<region>:<account id>:secret:<name>-<six characters>, or as arn:aws:ssm:<region>:<account id>:parameter/<name>',
      ),
    ),
    key: versionPart('Key in a secret that is a JSON object. Default: the whole of it.').optional(),
    versionStage: versionPart('Stage of the version of a secret. Default: AWSCURRENT.').optional(),
    versionId: versionPart('Id of the version of a secret, in place of a stage.').optional(),
  }),
  {
    cel: "self.valueFrom.contains(':secretsmanager:') || (!has(self.key) && !has(self.versionStage) && !has(self.versionId))",
    message:
      'secret {self.name}: a parameter has neither keys nor versions that a task can ask for: leave key, versionStage and versionId out',
    check: ({ valueFrom, key, versionStage, versionId }) =>
      valueFrom.includes(':secretsmanager:') || (key ?? versionStage ?? versionId) === undefined,
  },
  {
    cel: '!has(self.versionStage) || !has(self.versionId)',
    message: 'secret {self.name} names a version by stage and by id: give one of the two',
    path: ['versionId'],
    check: ({ versionStage, versionId }) => versionStage === undefined || versionId === undefined,
  },
);
export type ContainerSecret = z.output<typeof secret>;

const healthCheck = withRules(
  z.strictObject({
    command: z
      .array(z.string().max(2048))
      .min(2)
      .max(32)
      .meta({ 'x-kubernetes-list-type': 'atomic' })
      .describe('`CMD` and its arguments, or `CMD-SHELL` and one line; 0 is healthy.'),
    intervalSeconds: z.int().min(5).max(300).default(30).describe('Seconds between two checks.'),
    timeoutSeconds: z.int().min(2).max(60).default(5).describe('Seconds after which a check has failed.'),
    retries: z.int().min(1).max(10).default(3).describe('Failures in a row after which it is unhealthy.'),
    startPeriodSeconds: z
      .int()
      .min(0)
      .max(300)
      .default(0)
      .describe('Seconds after the start in which failures do not count.'),
  }),
  {
    cel: "self.command[0] == 'CMD' || (self.command[0] == 'CMD-SHELL' && self.command.size() == 2)",
    message:
      'healthCheck.command begins with {first}: begin with CMD and give each argument by itself, or with CMD-SHELL and give one line',
    path: ['command'],
    check: ({ command }) => command[0] === 'CMD' || (command[0] === 'CMD-SHELL' && command.length === 2),
    show: { first: { cel: 'self.command[0]', of: ({ command }) => command[0] ?? '' } },
  },
);

const ulimit = withRules(
  z.strictObject({
    name: z
      .enum(['core', 'memlock', 'nofile', 'nproc', 'stack'])
      .describe('What is limited. Of these Fargate takes `nofile` alone.'),
    soft: z.int().min(-1).max(2_147_483_647).describe('Soft limit; -1 is unlimited.'),
    hard: z.int().min(-1).max(2_147_483_647).describe('Hard limit; -1 is unlimited.'),
  }),
  {
    cel: 'self.hard == -1 || (self.soft != -1 && self.soft <= self.hard)',
    message: 'ulimit {self.name}: soft {self.soft} is above hard {self.hard}: raise hard, or lower soft',
    path: ['soft'],
    check: ({ soft, hard }) => hard === -1 || (soft !== -1 && soft <= hard),
  },
);

const dependency = z.strictObject({
  container: z.string().max(255).describe('Name of another container of the task.'),
  condition: z
    .enum(['Start', 'Complete', 'Success', 'Healthy'])
    .default('Start')
    .describe(
      'What is waited for: that it has started, has ended, has ended with 0, or that its health check succeeds.',
    ),
});

const containerFields = z.strictObject({
  name: ecsName('Name of the container, unique in its task.'),
  image,
  essential: z
    .boolean()
    .default(true)
    .describe('Whether the task stops when this container does. One of a task has to be essential.'),
  cpu: z
    .int()
    .min(0)
    .max(16_384)
    .optional()
    .describe(
      'CPU units of the task that are kept for it; 1024 are one vCPU. Default: it shares what is left.',
    ),
  memoryMiB: z
    .int()
    .min(6)
    .max(122_880)
    .optional()
    .describe('MiB at which it is killed. Default: the memory of the task.'),
  memoryReservationMiB: z
    .int()
    .min(6)
    .max(122_880)
    .optional()
    .describe('MiB that are kept for it; it may use more. Default: none.'),
  ports: listMap(
    z.strictObject({
      port: PortSchema.describe('Port on which it listens.'),
      protocol: z.enum(['tcp', 'udp']).default('tcp').describe('Protocol.'),
    }),
    'port',
    20,
  )
    .default([])
    .describe('Ports that others reach.'),
  environment: listMap(variable, 'name', 100).default([]).describe('Environment variables, by name.'),
  secrets: listMap(secret, 'name', 50)
    .default([])
    .describe(
      'Environment variables whose values ECS reads when a task starts, by name. Nothing else ever sees them. A value that changes is seen by tasks that start afterwards: restart the service.',
    ),
  environmentFrom,
  command: words('Arguments to the entry point, in place of the image’s.'),
  entryPoint: words('Entry point, in place of the image’s.'),
  user: withRules(
    z
      .string()
      .max(64)
      .describe('As whom it runs: a name or uid, and a group after a colon. Default: as the image says.'),
    matches(
      '^[a-z0-9_][a-z0-9_-]*(:[a-z0-9_][a-z0-9_-]*)?$',
      '{self} is no user: write a name or uid, and a group after a colon, for example 1000:1000',
    ),
  ).optional(),
  readonlyRootFilesystem: z
    .boolean()
    .default(true)
    .describe(
      'Whether it may write nowhere. Set false for an image that writes files, which then go to the scratch room of its task, and for ECS Exec, whose agent does.',
    ),
  healthCheck: healthCheck
    .optional()
    .describe('A command inside the container that says whether it is healthy.'),
  dependsOn: listMap(dependency, 'container', 10)
    .default([])
    .describe('Containers of the task that come before it.'),
  stopTimeoutSeconds: z
    .int()
    .min(2)
    .max(120)
    .default(30)
    .describe('Seconds that it has to end after SIGTERM, before SIGKILL.'),
  ulimits: listMap(ulimit, 'name', 5).default([]).describe('Limits of its processes, by name.'),
});

const twiceNamed = ({ environment, secrets, environmentFrom: sources }: z.output<typeof containerFields>) =>
  sources.find(({ name }) => [...environment, ...secrets].some((other) => other.name === name));
const TWICE_NAMED =
  'self.environmentFrom.filter(f, (has(self.environment) && self.environment.exists(v, v.name == f.name)) || (has(self.secrets) && self.secrets.exists(s, s.name == f.name)))';

/** One container of a task. */
export const ContainerSchema = withRules(
  containerFields,
  {
    cel: '!has(self.memoryMiB) || !has(self.memoryReservationMiB) || self.memoryReservationMiB <= self.memoryMiB',
    message:
      'container {self.name}: memoryReservationMiB {self.memoryReservationMiB} is above memoryMiB {self.memoryMiB}, at which it is killed: lower the first, or raise the second',
    path: ['memoryReservationMiB'],
    check: ({ memoryMiB, memoryReservationMiB }) =>
      memoryMiB === undefined || memoryReservationMiB === undefined || memoryReservationMiB <= memoryMiB,
  },
  {
    cel: '!has(self.environment) || !has(self.secrets) || self.secrets.all(s, !self.environment.exists(e, e.name == s.name))',
    message: 'container {self.name} has a variable in environment and in secrets: take it out of one of them',
    path: ['secrets'],
    check: ({ environment, secrets }) =>
      secrets.every(({ name }) => environment.every((other) => other.name !== name)),
  },
  {
    cel: `!has(self.environmentFrom) || ${TWICE_NAMED}.size() == 0`,
    message:
      'container {self.name}: variable {name} stands in environmentFrom and in environment or secrets: take it out of one of them',
    path: ['environmentFrom'],
    check: (self) => twiceNamed(self) === undefined,
    show: { name: { cel: `${TWICE_NAMED}[0].name`, of: (self) => twiceNamed(self)?.name ?? '' } },
  },
);
export type Container = z.output<typeof ContainerSchema>;
