import type { Container, ContainerSecret } from '../../api/containers.ts';
import type { ContainerInputs, TaskDefinitionInputs } from '../../aws/ecs/task-definition-inputs.ts';
import { onInstances } from './capacity.ts';
import { ref } from '../../graph/ref.ts';
import type { CompileInput } from '../input.ts';
import { byName } from '../names.ts';
import { connectionsFor, connectionsOf } from './data-stores.ts';
import { endpointVariables } from './environment.ts';
import type { ServiceNames } from './names.ts';
import type { ServiceAtWork } from './running.ts';
import type { ServiceSize } from '../../api/presets.ts';
import { storeVariables } from './store-variables.ts';

const CONDITIONS = { Start: 'START', Complete: 'COMPLETE', Success: 'SUCCESS', Healthy: 'HEALTHY' } as const;

/** What a task is registered from. */
export function taskDefinition(
  input: CompileInput<ServiceAtWork>,
  names: ServiceNames,
  { cpu, memoryMiB }: Pick<ServiceSize, 'cpu' | 'memoryMiB'>,
): TaskDefinitionInputs {
  const { spec, running } = input.object;
  const { task, service, region } = spec;
  const isBridged = onInstances({ spec });
  const withShell = service.executeCommand === 'Enabled';
  const connections = connectionsOf(input);
  return {
    family: names.family,
    cpu: String(cpu),
    memory: String(memoryMiB),
    networkMode: isBridged ? 'bridge' : 'awsvpc',
    requiresCompatibilities: [isBridged ? 'EC2' : 'FARGATE'],
    executionRoleArn: ref('role/execution', 'arn'),
    taskRoleArn: ref('role/task', 'arn'),
    runtimePlatform: { cpuArchitecture: task.cpuArchitecture, operatingSystemFamily: 'LINUX' },
    // The order of a list in Git says nothing, and must not make a revision.
    containerDefinitions: byName(task.containers).map((container) => {
      const ofStores = storeVariables(connectionsFor(connections, container), container);
      return {
        ...containerOf(container, { region, withShell, isBridged, secrets: ofStores.secrets }),
        image: running?.images[container.name] ?? container.image,
        environment: byName([
          ...container.environment,
          ...endpointVariables(input, container),
          ...ofStores.environment,
        ]).map(({ name, value }) => ({ name, value })),
      };
    }),
    ...(task.ephemeralStorageGiB !== undefined && {
      ephemeralStorage: { sizeInGiB: task.ephemeralStorageGiB },
    }),
    ...(running?.instead && { imagesAsideOf: running.instead.of }),
  };
}

interface Surroundings {
  readonly region: string;
  readonly withShell: boolean;
  /** Containers have Docker's network, and ports of the instance that Docker chooses. */
  readonly isBridged: boolean;
  /** What ECS reads besides what the container names. */
  readonly secrets: NonNullable<ContainerInputs['secrets']>;
}

function containerOf(
  container: Container,
  { region, withShell, isBridged, secrets }: Surroundings,
): Omit<ContainerInputs, 'environment'> {
  const named = container.secrets.map((secret) => ({ name: secret.name, valueFrom: whereFrom(secret) }));
  const read = byName([...named, ...secrets]);
  const { name, image, essential, cpu, memoryMiB, memoryReservationMiB, user, healthCheck } = container;
  return {
    name,
    image,
    essential,
    ...(cpu !== undefined && { cpu }),
    ...(memoryMiB !== undefined && { memory: memoryMiB }),
    ...(memoryReservationMiB !== undefined && { memoryReservation: memoryReservationMiB }),
    portMappings: [...container.ports]
      .sort((a, b) => a.port - b.port)
      .map(({ port, protocol }) => ({
        containerPort: port,
        ...(isBridged && { hostPort: 0 }),
        protocol,
      })),
    ...(read.length > 0 && { secrets: read }),
    logConfiguration: {
      logDriver: 'awslogs',
      options: {
        'awslogs-group': ref('log-group', 'name'),
        'awslogs-region': region,
        'awslogs-stream-prefix': name,
      },
    },
    ...(healthCheck && {
      healthCheck: {
        command: healthCheck.command,
        interval: healthCheck.intervalSeconds,
        timeout: healthCheck.timeoutSeconds,
        retries: healthCheck.retries,
        startPeriod: healthCheck.startPeriodSeconds,
      },
    }),
    ...(container.command && { command: container.command }),
    ...(container.entryPoint && { entryPoint: container.entryPoint }),
    ...(user !== undefined && { user }),
    readonlyRootFilesystem: container.readonlyRootFilesystem,
    // The agent of ECS Exec leaves processes behind, which somebody has to reap: ECS Developer Guide, "ECS Exec".
    ...(withShell && { linuxParameters: { initProcessEnabled: true } }),
    ulimits: byName(container.ulimits).map((limit) => ({
      name: limit.name,
      softLimit: limit.soft,
      hardLimit: limit.hard,
    })),
    dependsOn: [...container.dependsOn]
      .sort((a, b) => (a.container < b.container ? -1 : 1))
      .map((of) => ({ containerName: of.container, condition: CONDITIONS[of.condition] })),
    stopTimeout: container.stopTimeoutSeconds,
  };
}

/** The ARN, with what of a secret is meant: Amazon ECS Developer Guide, "Pass Secrets Manager secrets". */
function whereFrom({ valueFrom, key, versionStage, versionId }: ContainerSecret): string {
  const part = [key, versionStage, versionId].map((text) => text ?? '');
  return part.every((text) => text === '') ? valueFrom : [valueFrom, ...part].join(':');
}
