/** A value of the environment. Never a secret: whoever may describe a task definition reads it. */
export interface EnvironmentVariable {
  readonly name: string;
  readonly value: string;
}

/** A variable whose value the agent reads when a task starts, with the execution role. */
export interface SecretVariable {
  readonly name: string;
  /** ARN of a secret (with key, stage and version after colons) or of a parameter. */
  readonly valueFrom: string;
}

export interface PortMapping {
  readonly containerPort: number;
  /** On instances in bridge mode: 0 for a free one. In `awsvpc` mode it is left out. */
  readonly hostPort?: number;
  readonly protocol?: 'tcp' | 'udp';
}

export interface ContainerHealthCheck {
  /** `CMD` and arguments, or `CMD-SHELL` and one line. */
  readonly command: readonly string[];
  /** Seconds. */
  readonly interval?: number;
  /** Seconds. */
  readonly timeout?: number;
  readonly retries?: number;
  /** Seconds in which failures do not count. */
  readonly startPeriod?: number;
}

export interface LogConfiguration {
  readonly logDriver: 'awslogs' | 'awsfirelens' | 'json-file' | 'splunk';
  readonly options?: Readonly<Record<string, string>>;
}

/** One container of a task, as much of AWS's ContainerDefinition as Landfall writes, in AWS's own words. */
export interface ContainerInputs {
  /** Unique in its task. */
  readonly name: string;
  readonly image: string;
  /** Whether the task stops when this container does. */
  readonly essential: boolean;
  /** CPU units, 1024 to a processor. */
  readonly cpu?: number;
  /** MiB at which the container is killed. */
  readonly memory?: number;
  /** MiB that are set aside for it. */
  readonly memoryReservation?: number;
  readonly portMappings?: readonly PortMapping[];
  readonly environment?: readonly EnvironmentVariable[];
  readonly secrets?: readonly SecretVariable[];
  readonly logConfiguration?: LogConfiguration;
  readonly healthCheck?: ContainerHealthCheck;
  readonly command?: readonly string[];
  readonly entryPoint?: readonly string[];
  /** `user`, `uid` or `uid:gid`. */
  readonly user?: string;
  readonly readonlyRootFilesystem?: boolean;
  readonly linuxParameters?: { readonly initProcessEnabled: boolean };
  readonly ulimits?: readonly {
    readonly name: 'core' | 'memlock' | 'nofile' | 'nproc' | 'stack';
    readonly softLimit: number;
    readonly hardLimit: number;
  }[];
  readonly dependsOn?: readonly {
    readonly containerName: string;
    readonly condition: 'START' | 'COMPLETE' | 'SUCCESS' | 'HEALTHY';
  }[];
  /** Seconds between SIGTERM and SIGKILL; on Fargate at most 120. */
  readonly stopTimeout?: number;
}

/** What a task definition is registered from, in AWS's own words. All of it is fixed for ever. */
export interface TaskDefinitionInputs {
  /** At most 255 letters, digits, hyphens and underscores. */
  readonly family: string;
  /** CPU units of a whole task, as text; Fargate wants it. */
  readonly cpu?: string;
  /** MiB of a whole task, as text; Fargate wants it, and takes certain pairs with `cpu`. */
  readonly memory?: string;
  /** On Fargate `awsvpc`. */
  readonly networkMode: 'awsvpc' | 'bridge' | 'host' | 'none';
  readonly requiresCompatibilities: readonly ('FARGATE' | 'EC2')[];
  /** ARN of the role by which images are pulled, logs written and secrets read. */
  readonly executionRoleArn?: string;
  /** ARN of the role that the containers themselves have. */
  readonly taskRoleArn?: string;
  readonly runtimePlatform?: {
    readonly cpuArchitecture: 'X86_64' | 'ARM64';
    readonly operatingSystemFamily: 'LINUX';
  };
  readonly containerDefinitions: readonly ContainerInputs[];
  /** On Fargate: 21 to 200 GiB instead of 20. */
  readonly ephemeralStorage?: { readonly sizeInGiB: number };
  /**
   * ARN of the revision of ours whose place another one has, of others and with other images alone: it is as wanted
   * whatever its images are. No part of what is registered.
   */
  readonly imagesAsideOf?: string;
}
