import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { TestProject } from 'vitest/node';
import { serverCommand } from '../../k8s-local/aws/local-aws.ts';
import { type Nursery, startNursery } from '../../k8s-local/aws/nursery.ts';
import { MissingPrerequisite } from '../../k8s-local/aws/python-env.ts';
import { resolveNodePrograms } from '../../k8s-local/node/programs.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const bundle = join(ROOT, '.landfall', `bundle-${randomUUID()}`);
let nursery: Nursery | undefined;

const build = () => promisify(execFile)(process.execPath, ['scripts/build.mjs', bundle], { cwd: ROOT });

/** Before all integration tests: makes once what each of their files needs, and what their processes find by prepared.ts. */
export async function setup(project: TestProject): Promise<void> {
  // Minutes where nothing of it is cached, in which no test could keep its times.
  if (process.env['CI'] === 'true') await resolveNodePrograms({ env: process.env, progress: console.log });
  const built = build();
  try {
    nursery = await startNursery(await serverCommand(0, process.env, console.log));
  } catch (error) {
    // Without Python a local AWS is a container.
    if (!(error instanceof MissingPrerequisite)) throw error;
  }
  await built;
  project.onTestsRerun(async () => void (await build()));
  process.env['LANDFALL_TEST_BUNDLE'] = bundle;
  if (nursery) process.env['LANDFALL_TEST_NURSERY'] = nursery.socket;
  // Twice the memory of each API server for four fifths of its work.
  process.env['LANDFALL_GOGC'] ??= '400';
}

export async function teardown(): Promise<void> {
  await nursery?.stop();
  await rm(bundle, { recursive: true, force: true });
}
