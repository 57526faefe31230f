/** The size of a service where its spec does not say one. */
export interface ServiceSize {
  /** CPU units of a task; 1024 are one vCPU. */
  readonly cpu: number;
  readonly memoryMiB: number;
  readonly desiredCount: number;
}

/** By `spec.environment`. The figures are the platform's; a field of the spec always wins. */
export const SERVICE_SIZES: Readonly<Record<'dev' | 'staging' | 'prod', ServiceSize>> = {
  dev: { cpu: 256, memoryMiB: 512, desiredCount: 1 },
  staging: { cpu: 512, memoryMiB: 1024, desiredCount: 2 },
  prod: { cpu: 1024, memoryMiB: 2048, desiredCount: 3 },
};
