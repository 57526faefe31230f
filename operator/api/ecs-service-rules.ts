import { firstCel, INSTANCE_FIGURES, type CapacitySpec } from './capacity.ts';
import type { ClusterSpec } from './cluster.ts';
import type { Container } from './containers.ts';
import {
  FARGATE_CPU,
  fargateMemoryCel,
  fargateMemoryText,
  isFargateSize,
  isFargateSizeCel,
} from './fargate.ts';
import { SERVICE_SIZES } from './presets.ts';
import type { Rule } from './rule.ts';

/** The part of an EcsService's spec that rules across fields look at. */
interface Spec {
  environment?: keyof typeof SERVICE_SIZES | undefined;
  task: {
    cpu?: number | undefined;
    memoryMiB?: number | undefined;
    containers: Container[];
    ephemeralStorageGiB?: number | undefined;
  };
  capacity: CapacitySpec;
  cluster: ClusterSpec;
  service: {
    deployment: { minimumHealthyPercent: number; maximumPercent: number };
    executeCommand: 'Enabled' | 'Disabled';
  };
}

const cpuOf = ({ environment, task }: Spec) => task.cpu ?? (environment && SERVICE_SIZES[environment].cpu);
const memoryOf = ({ environment, task }: Spec) =>
  task.memoryMiB ?? (environment && SERVICE_SIZES[environment].memoryMiB);

/** A number of the spec, else that of the environment, as CEL; only where one of the two is there. */
const sizeCel = (field: string, size: 'cpu' | 'memoryMiB') => {
  const { dev, staging, prod } = SERVICE_SIZES;
  return `(has(self.task.${field}) ? self.task.${field} : self.environment == 'prod' ? ${prod[size]} : self.environment == 'staging' ? ${staging[size]} : ${dev[size]})`;
};
const CPU = sizeCel('cpu', 'cpu');
const MEMORY = sizeCel('memoryMiB', 'memoryMiB');
const IS_SIZED = '(has(self.environment) || (has(self.task.cpu) && has(self.task.memoryMiB)))';

const isSized = (self: Spec) => cpuOf(self) !== undefined && memoryOf(self) !== undefined;

/** Instances have room for a task of any size. */
const IS_FARGATE = "self.capacity.type == 'Fargate'";
const IS_FARGATE_CPU = `${CPU} in [${FARGATE_CPU.join(', ')}]`;
const hasFargateCpu = (self: Spec) => FARGATE_CPU.includes(cpuOf(self) ?? 0);

export const sizeRules: readonly Rule<Spec>[] = [
  {
    cel: IS_SIZED,
    message:
      'task.cpu and task.memoryMiB say how large a task is: give both, or an environment whose figures hold',
    path: ['task'],
    check: isSized,
  },
  {
    cel: `!${IS_SIZED} || !(${IS_FARGATE}) || ${IS_FARGATE_CPU}`,
    message: `Fargate has no task of {cpu} CPU units: make task.cpu one of ${FARGATE_CPU.join(', ')}`,
    path: ['task', 'cpu'],
    check: (self) => !isSized(self) || self.capacity.type !== 'Fargate' || hasFargateCpu(self),
    show: { cpu: { cel: `string(${CPU})`, of: (self) => String(cpuOf(self)) } },
  },
  {
    cel: `!${IS_SIZED} || !(${IS_FARGATE} && ${IS_FARGATE_CPU}) || ${isFargateSizeCel(CPU, MEMORY)}`,
    message:
      'Fargate has no task of {cpu} CPU units with {memory} MiB: with {cpu} it takes {fitting}; change task.cpu or task.memoryMiB',
    path: ['task'],
    check: (self) => {
      const [cpu, memoryMiB] = [cpuOf(self), memoryOf(self)];
      if (cpu === undefined || memoryMiB === undefined) return true;
      return self.capacity.type !== 'Fargate' || !hasFargateCpu(self) || isFargateSize(cpu, memoryMiB);
    },
    show: {
      cpu: { cel: `string(${CPU})`, of: (self) => String(cpuOf(self)) },
      memory: { cel: `string(${MEMORY})`, of: (self) => String(memoryOf(self)) },
      fitting: { cel: fargateMemoryCel(CPU), of: (self) => fargateMemoryText(cpuOf(self) ?? 0) },
    },
  },
];

export const capacityRules: readonly Rule<Spec>[] = [
  {
    cel: `${IS_FARGATE} || !has(self.task.ephemeralStorageGiB)`,
    message:
      'task.ephemeralStorageGiB is of Fargate alone; on instances tasks share their volume: set capacity.volumeGiB instead',
    path: ['task', 'ephemeralStorageGiB'],
    check: ({ task, capacity }) => capacity.type === 'Fargate' || task.ephemeralStorageGiB === undefined,
  },
];

/** What is said of instances that another object describes. */
const HOSTED_FIGURES = [...INSTANCE_FIGURES, 'spotPercent'] as const;
const strayHosted = ({ cluster, capacity }: Spec) =>
  cluster.ref === undefined || capacity.type !== 'EC2'
    ? undefined
    : (INSTANCE_FIGURES.find((name) => capacity[name] !== undefined) ??
      (capacity.spotPercent === 0 ? undefined : 'spotPercent'));

/** Instances are of the one that makes the cluster. */
export const clusterRules: readonly Rule<Spec>[] = [
  {
    cel: `${IS_FARGATE} || !has(self.cluster.name)`,
    message:
      'capacity.type EC2 wants the instances of a cluster, and what there are in cluster {name} is not known: let cluster.create or cluster.ref name a cluster that Landfall makes, or take Fargate',
    path: ['capacity', 'type'],
    check: ({ capacity, cluster }) => capacity.type === 'Fargate' || cluster.name === undefined,
    show: { name: { cel: 'self.cluster.name', of: ({ cluster }) => cluster.name ?? '' } },
  },
  {
    cel: `${IS_FARGATE} || !has(self.cluster.ref) || (self.capacity.spotPercent == 0 && ${INSTANCE_FIGURES.map((name) => `!has(self.capacity.${name})`).join(' && ')})`,
    message:
      'capacity.{field} describes instances, and those of cluster.ref are described by the object that it names: take it away here, and say it there',
    path: ['capacity'],
    check: (self) => strayHosted(self) === undefined,
    show: {
      field: { cel: firstCel('self.capacity', HOSTED_FIGURES), of: (self) => strayHosted(self) ?? '' },
    },
  },
];

const stray = ({ task: { containers } }: Spec) =>
  containers.flatMap(({ name, dependsOn }) =>
    dependsOn
      .filter(({ container }) => container === name || !containers.some((other) => other.name === container))
      .map(({ container }) => ({ name, container })),
  )[0];
const STRAY =
  'self.task.containers.filter(c, has(c.dependsOn) && c.dependsOn.exists(d, d.container == c.name || !self.task.containers.exists(o, o.name == d.container)))';

const twicePort = ({ capacity, task: { containers } }: Spec) => {
  if (capacity.type !== 'Fargate') return undefined;
  const ports = containers.flatMap((container) => container.ports.map(({ port }) => port));
  return ports.find((port, index) => ports.indexOf(port) !== index);
};

/** The first container that fits into no task of this size. */
const tooLarge = (self: Spec) => {
  const memory = memoryOf(self) ?? Infinity;
  return self.task.containers.find(
    ({ memoryMiB = 0, memoryReservationMiB = 0 }) => Math.max(memoryMiB, memoryReservationMiB) > memory,
  );
};
const TOO_LARGE = `self.task.containers.filter(c, (has(c.memoryMiB) && c.memoryMiB > ${MEMORY}) || (has(c.memoryReservationMiB) && c.memoryReservationMiB > ${MEMORY}))`;

const cpuOfContainers = ({ task }: Spec) => task.containers.reduce((sum, { cpu = 0 }) => sum + cpu, 0);
const CPU_OF_CONTAINERS = 'self.task.containers.map(c, has(c.cpu) ? c.cpu : 0).sum()';

const strayLimit = ({ capacity, task: { containers } }: Spec) =>
  capacity.type === 'Fargate'
    ? containers.find(({ ulimits }) => ulimits.some(({ name }) => name !== 'nofile'))
    : undefined;
const STRAY_LIMIT =
  "self.task.containers.filter(c, has(c.ulimits) && c.ulimits.exists(u, u.name != 'nofile'))";

export const containerRules: readonly Rule<Spec>[] = [
  {
    // "The total amount of memory reserved for all containers within a task must be lower than the task memory value, if one is
    // specified": ContainerDefinition, API reference.
    cel: `!${IS_SIZED} || ${TOO_LARGE}.size() == 0`,
    message:
      'container {name} has more memory than its task, which has {memory} MiB: lower its memoryMiB and memoryReservationMiB, or raise task.memoryMiB',
    path: ['task', 'containers'],
    check: (self) => tooLarge(self) === undefined,
    show: {
      name: { cel: `${TOO_LARGE}[0].name`, of: (self) => tooLarge(self)?.name ?? '' },
      memory: { cel: `string(${MEMORY})`, of: (self) => String(memoryOf(self)) },
    },
  },
  {
    // "… the total amount of CPU reserved for all containers within a task be lower than the task-level cpu value": ibid.
    cel: `!${IS_SIZED} || !(${IS_FARGATE}) || ${CPU_OF_CONTAINERS} <= ${CPU}`,
    message:
      'the containers have {sum} CPU units together, and their task {cpu}: lower their cpu, leave it out, or raise task.cpu',
    path: ['task', 'containers'],
    check: (self) => self.capacity.type !== 'Fargate' || cpuOfContainers(self) <= (cpuOf(self) ?? Infinity),
    show: {
      sum: { cel: `string(${CPU_OF_CONTAINERS})`, of: (self) => String(cpuOfContainers(self)) },
      cpu: { cel: `string(${CPU})`, of: (self) => String(cpuOf(self)) },
    },
  },
  {
    cel: `!(${IS_FARGATE}) || ${STRAY_LIMIT}.size() == 0`,
    message:
      'container {name} has a ulimit that Fargate does not take: leave out all but nofile, or run the task on instances (capacity.type EC2)',
    path: ['task', 'containers'],
    check: (self) => strayLimit(self) === undefined,
    show: { name: { cel: `${STRAY_LIMIT}[0].name`, of: (self) => strayLimit(self)?.name ?? '' } },
  },
  {
    cel: 'self.task.containers.exists(c, !has(c.essential) || c.essential)',
    message:
      'no container of the task is essential, so nothing says when the task has ended: leave essential out of one',
    path: ['task', 'containers'],
    check: ({ task }) => task.containers.some(({ essential }) => essential),
  },
  {
    cel: `${STRAY}.size() == 0`,
    message:
      'container {name} waits for one that the task does not have, or for itself: name another container of task.containers in its dependsOn',
    path: ['task', 'containers'],
    check: (self) => stray(self) === undefined,
    show: { name: { cel: `${STRAY}[0].name`, of: (self) => stray(self)?.name ?? '' } },
  },
  {
    cel: `!(${IS_FARGATE}) || self.task.containers.all(c, !has(c.ports) || c.ports.all(p, self.task.containers.exists_one(o, has(o.ports) && o.ports.exists(q, q.port == p.port))))`,
    message:
      'two containers of the task listen on the same port, but on Fargate they share one network: give one another port',
    path: ['task', 'containers'],
    check: (self) => twicePort(self) === undefined,
  },
];

export const deploymentRules: readonly Rule<Spec>[] = [
  {
    // https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html: its agent writes to the root file system.
    cel: "self.service.executeCommand != 'Enabled' || self.task.containers.exists(c, has(c.readonlyRootFilesystem) && !c.readonlyRootFilesystem)",
    message:
      'service.executeCommand is Enabled, but opens no shell in a container whose root file system is read-only, as all here are: set readonlyRootFilesystem to false in the container whose shell is wanted, or leave executeCommand out',
    path: ['service', 'executeCommand'],
    check: ({ service, task: { containers } }) =>
      service.executeCommand !== 'Enabled' ||
      containers.some(({ readonlyRootFilesystem }) => !readonlyRootFilesystem),
  },
  {
    cel: 'self.service.deployment.minimumHealthyPercent < self.service.deployment.maximumPercent',
    message:
      'service.deployment: maximumPercent {maximum} has to be above minimumHealthyPercent {minimum}, or no task can be replaced: raise the first, or lower the second',
    path: ['service', 'deployment'],
    check: ({ service: { deployment } }) => deployment.minimumHealthyPercent < deployment.maximumPercent,
    show: {
      maximum: {
        cel: 'string(self.service.deployment.maximumPercent)',
        of: ({ service }) => String(service.deployment.maximumPercent),
      },
      minimum: {
        cel: 'string(self.service.deployment.minimumHealthyPercent)',
        of: ({ service }) => String(service.deployment.minimumHealthyPercent),
      },
    },
  },
];
