import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What `binaries/go.mod` pins: the only place where a version of the control plane is written. */
export interface Pins {
  /** With a leading v, as in `v1.36.1`. */
  readonly kubernetes: string;
  readonly etcd: string;
  /** How many modules go.mod requires: the upper bound of a download. */
  readonly moduleCount: number;
  /** Name of the cache folder: version, platform, and a hash of go.mod and go.sum. */
  readonly key: string;
}

/** This machine in Go's words, as in `linux-amd64`: the names that the envtest archives use too. */
export const goPlatform = (): string => {
  const arch = process.arch === 'x64' ? 'amd64' : process.arch;
  return `${process.platform}-${arch}`;
};

const required = (goMod: string, module: string): string => {
  const match = new RegExp(`^\\s*(?:require )?${module.replaceAll('.', '\\.')} (v\\S+)`, 'm').exec(goMod);
  if (match?.[1] === undefined) throw new Error(`go.mod of the control plane does not require ${module}`);
  return match[1];
};

/** Reads the pins from a folder with go.mod and go.sum. */
export const readPins = async (folder: string): Promise<Pins> => {
  const goMod = await readFile(join(folder, 'go.mod'), 'utf8');
  const goSum = await readFile(join(folder, 'go.sum'), 'utf8');
  const kubernetes = required(goMod, 'k8s.io/kubernetes');
  const hash = createHash('sha256').update(goMod).update('\0').update(goSum).digest('hex').slice(0, 12);
  return {
    kubernetes,
    etcd: required(goMod, 'go.etcd.io/etcd/server/v3'),
    moduleCount: goMod.split('\n').filter((line) => /^\t\S+ v\S+/.test(line)).length,
    key: `${kubernetes}-${goPlatform()}-${hash}`,
  };
};
