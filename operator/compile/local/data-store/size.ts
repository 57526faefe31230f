import type { LocalAccount } from '../../../api/local-account.ts';

/** What a server has in AWS. */
interface ServerSize {
  readonly vcpus: number;
  readonly memoryGiB: number;
}

/** What a container asks for, and what it gets at most. */
export interface Resources {
  readonly requests: { readonly cpu: string; readonly memory: string };
  readonly limits: { readonly cpu: string; readonly memory: string };
  readonly limitMiB: number;
}

/** GiB of the smaller classes, whatever their family. */
const SMALL_GIB: Readonly<Record<string, number>> = { nano: 0.5, micro: 1, small: 2, medium: 4 };
/** GiB for each vCPU from `large` on, by the first letter of the family. */
const GIB_A_VCPU: Readonly<Record<string, number>> = { c: 2, m: 4, t: 4, r: 8, x: 16 };
const XLARGE_VCPUS = 4;
/** What a laptop is taken to have for the largest. */
const METAL = { vcpus: 64, memoryGiB: 256 };

/** Aurora User Guide, "Aurora Serverless v2 capacity": about 2 GiB each, with the CPU that goes with it. */
const GIB_A_UNIT = 2;
const VCPUS_A_UNIT = 0.25;

const MIB = 1024;
const CPU_MIN = 500;
/** A store that has little to do takes what it is lent, so that all of a platform find room on one machine. */
const SHARE_ASKED = 10;
const CPU_ASKED_MIN = 10;
const STORAGE_MIN = 1;

/** Roughly what a class of RDS or ElastiCache is, as `db.r5.large`. */
export function sizeOfClass(name: string): ServerSize {
  const [, family = '', size = ''] = name.split('.');
  const small = SMALL_GIB[size];
  if (small !== undefined) return { vcpus: 2, memoryGiB: small };
  if (size === 'metal') return METAL;
  const vcpus = size === 'large' ? 2 : XLARGE_VCPUS * Number.parseInt(size, 10) || XLARGE_VCPUS;
  return { vcpus, memoryGiB: vcpus * (GIB_A_VCPU[family[0] ?? ''] ?? 4) };
}

/** What a server of so many units is. */
export function sizeOfUnits(units: number): ServerSize {
  return { vcpus: units * VCPUS_A_UNIT, memoryGiB: units * GIB_A_UNIT };
}

/** The size of AWS as the limit, times `sizeFactor`; `leastMiB` is what the engine does not start without. */
export function resourcesFor(
  { vcpus, memoryGiB }: ServerSize,
  { sizeFactor }: Pick<LocalAccount, 'sizeFactor'>,
  leastMiB: number,
): Resources {
  const cpu = Math.max(CPU_MIN, Math.round(vcpus * 1000 * sizeFactor));
  const limitMiB = Math.max(leastMiB * 2, Math.round(memoryGiB * MIB * sizeFactor));
  return {
    requests: {
      cpu: `${Math.max(CPU_ASKED_MIN, Math.round(cpu / SHARE_ASKED))}m`,
      memory: `${Math.max(leastMiB, Math.round(limitMiB / SHARE_ASKED))}Mi`,
    },
    limits: { cpu: `${cpu}m`, memory: `${limitMiB}Mi` },
    limitMiB,
  };
}

/** The storage of AWS times `sizeFactor`, in whole GiB. */
export function storageFor(gib: number, { sizeFactor }: Pick<LocalAccount, 'sizeFactor'>): string {
  return `${Math.max(STORAGE_MIN, Math.ceil(gib * sizeFactor))}Gi`;
}
