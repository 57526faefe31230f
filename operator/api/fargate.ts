/** A step of memory that Fargate offers with some CPU units: from, to and by how much, in MiB. */
interface Memory {
  readonly from: number;
  readonly to: number;
  readonly step: number;
}

/**
 * What Fargate runs: CPU units, and the memory that goes with them. Source: Amazon ECS Developer Guide, "Task CPU and
 * memory" of "Amazon ECS task definition parameters for Fargate".
 */
const FARGATE: ReadonlyMap<number, readonly Memory[]> = new Map([
  [
    256,
    [
      { from: 512, to: 512, step: 1 },
      { from: 1024, to: 2048, step: 1024 },
    ],
  ],
  [512, [{ from: 1024, to: 4096, step: 1024 }]],
  [1024, [{ from: 2048, to: 8192, step: 1024 }]],
  [2048, [{ from: 4096, to: 16_384, step: 1024 }]],
  [4096, [{ from: 8192, to: 30_720, step: 1024 }]],
  [8192, [{ from: 16_384, to: 61_440, step: 4096 }]],
  [16_384, [{ from: 32_768, to: 122_880, step: 8192 }]],
]);

/** The CPU units that Fargate offers. */
export const FARGATE_CPU = [...FARGATE.keys()];

/** Whether Fargate runs a task of this size. */
export function isFargateSize(cpu: number, memoryMiB: number): boolean {
  return (FARGATE.get(cpu) ?? []).some(
    ({ from, to, step }) => memoryMiB >= from && memoryMiB <= to && (memoryMiB - from) % step === 0,
  );
}

/** The same as CEL, over two expressions. */
export function isFargateSizeCel(cpu: string, memory: string): string {
  return [...FARGATE]
    .map(([units, sizes]) => {
      const fits = sizes.map(({ from, to, step }) =>
        from === to
          ? `${memory} == ${from}`
          : `(${memory} >= ${from} && ${memory} <= ${to} && (${memory} - ${from}) % ${step} == 0)`,
      );
      return `(${cpu} == ${units} && (${fits.join(' || ')}))`;
    })
    .join(' || ');
}

/** The memory that goes with some CPU units, for a message: `512 MiB, or 1024 to 2048 MiB in steps of 1024`. */
export function fargateMemoryText(cpu: number): string {
  return (FARGATE.get(cpu) ?? [])
    .map(({ from, to, step }) => (from === to ? `${from} MiB` : `${from} to ${to} MiB in steps of ${step}`))
    .join(', or ');
}

/** The same for every size, as CEL that chooses by an expression. */
export function fargateMemoryCel(cpu: string): string {
  return [...FARGATE.keys()].reduceRight(
    (rest, units) => `${cpu} == ${units} ? '${fargateMemoryText(units)}' : ${rest}`,
    "''",
  );
}
