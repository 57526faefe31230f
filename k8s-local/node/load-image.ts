import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, existsSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';

import type { Environment } from '../cluster/paths.ts';
import { onPath } from '../cluster/run.ts';
import { CONTAINERD } from './config.ts';
import { runInside } from './namespaces.ts';

const ctr = ['ctr', `--address=${CONTAINERD}`, '--namespace=k8s.io', 'images'];

/** The kubelet asks another part of containerd, which hears of an image a moment later. */
const untilKnown = async (pid: number): Promise<void> => {
  for (let tries = 1; ; tries += 1) {
    const [all, managed] = await Promise.all([
      runInside(pid, [...ctr, 'ls', '-q']),
      runInside(pid, [...ctr, 'ls', '-q', 'labels."io.cri-containerd.image"==managed']),
    ]);
    if (all.code === 0 && all.stdout === managed.stdout) return;
    if (tries === 100) throw new Error(`containerd does not show the image: ${all.stderr.trim()}`);
    await sleep(100);
  }
};

const complaints = (stream: Readable): (() => string) => {
  let text = '';
  stream.on('data', (bytes: Buffer) => (text += bytes.toString()));
  return () => text.trim();
};

const importFrom = async (pid: number, archive: Readable, what: string): Promise<void> => {
  const command = [...ctr, 'import', '--no-unpack', '-'];
  const child = spawn('nsenter', [`--target=${pid}`, '--all', ...command], {
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  const said = complaints(child.stderr);
  const closed = once(child, 'close') as Promise<[number | null]>;
  // One that ends early breaks the pipe; its exit code tells the story.
  await pipeline(archive, child.stdin).catch(() => undefined);
  const [code] = await closed;
  if (code !== 0) throw new Error(`${what} cannot be loaded: ${said()}`);
  await untilKnown(pid);
};

/** Gives a node the images of an archive as `docker save` writes it. */
export const importArchive = (pid: number, archive: string): Promise<void> =>
  importFrom(pid, createReadStream(archive), archive);

/** Gives a node the images of an archive, or else the image of that name that Docker has. */
export const loadImage = async (pid: number, archiveOrImage: string, env: Environment): Promise<void> => {
  if (existsSync(archiveOrImage)) return importArchive(pid, archiveOrImage);
  const docker = await onPath('docker', env);
  if (docker === undefined) {
    throw new Error(
      `${archiveOrImage} is no file, and there is no docker that could have an image of that name`,
    );
  }
  const save = spawn(docker, ['save', archiveOrImage], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...env },
  });
  const said = complaints(save.stderr);
  const closed = once(save, 'close') as Promise<[number | null]>;
  const imported = importFrom(pid, save.stdout, archiveOrImage);
  const [code] = await closed;
  await imported.catch((error: unknown) => {
    // What it got was no archive.
    if (code === 0) throw error;
  });
  if (code !== 0) throw new Error(`docker save ${archiveOrImage} failed: ${said()}`);
};
