import type { Container } from '../../../api/containers.ts';
import type { EcsService } from '../../../api/ecs-service.ts';
import type { ServiceSize } from '../../../api/presets.ts';

/** CPU units of a vCPU. */
const UNITS = 1024;
/** Below these no container starts in a reasonable time. */
const LEAST = { millis: 10, memoryMiB: 32 } as const;

/** What a container asks for and what it may use, as Kubernetes writes it. */
export interface ContainerResources {
  readonly requests: Readonly<Record<string, string>>;
  readonly limits: Readonly<Record<string, string>>;
}

/**
 * Resources of the containers, by name. Together they ask for what the task has, so that percents of it mean the same as in AWS;
 * what no container names is shared evenly. Each may use as much as it may in AWS: all the CPU of the task, and the memory that
 * it is given, else that of the task.
 */
export function resourcesOf(
  { spec }: EcsService,
  { cpu, memoryMiB }: Pick<ServiceSize, 'cpu' | 'memoryMiB'>,
  factor: number,
): ReadonlyMap<string, ContainerResources> {
  const { containers, ephemeralStorageGiB } = spec.task;
  const cpus = shares(cpu, containers, (container) => container.cpu || undefined);
  // Where all say how much CPU they get, what is left is everybody's.
  const spare = Math.max(0, cpu - sum(cpus)) / containers.length;
  const memories = shares(memoryMiB, containers, (one) => one.memoryReservationMiB ?? one.memoryMiB);
  return new Map(
    containers.map((container, index) => {
      const most = container.memoryMiB ?? memoryMiB;
      return [
        container.name,
        {
          requests: {
            cpu: cpuText(((cpus[index] ?? 0) + spare) * factor),
            memory: memoryText(Math.min(memories[index] ?? 0, most) * factor),
            // A limit alone would be asked for as well, and no laptop has that much to keep for each pod.
            ...(ephemeralStorageGiB !== undefined && { 'ephemeral-storage': '0' }),
          },
          limits: {
            cpu: cpuText(cpu * factor),
            memory: memoryText(most * factor),
            ...(ephemeralStorageGiB !== undefined && {
              'ephemeral-storage': `${Math.max(1, Math.round(ephemeralStorageGiB * factor))}Gi`,
            }),
          },
        },
      ];
    }),
  );
}

/** What each container names, and for the others as much each of what is left. */
function shares(
  whole: number,
  containers: readonly Container[],
  named: (container: Container) => number | undefined,
): number[] {
  const given = containers.map(named);
  const others = given.filter((share) => share === undefined).length;
  const left = Math.max(0, whole - sum(given.map((share) => share ?? 0)));
  return given.map((share) => share ?? left / others);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}

function cpuText(units: number): string {
  return `${Math.max(LEAST.millis, Math.round((units * 1000) / UNITS))}m`;
}

function memoryText(memoryMiB: number): string {
  return `${Math.max(LEAST.memoryMiB, Math.round(memoryMiB))}Mi`;
}
