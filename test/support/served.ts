import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { LocalAddress } from '../../k8s-local/aws/admin-client.ts';
import { eventually } from './eventually.ts';
import type { World } from './world.ts';

const folder = join(import.meta.dirname, '..', 'fixtures', 'served');
// Another base image than the public one, where that cannot be pulled; .ci/docker makes it.
const pythonImage = process.env['LANDFALL_TEST_PYTHON_IMAGE'];

/** What a container of test/fixtures/served answers. */
export interface Said {
  readonly host: string;
  readonly uid: number;
  readonly GREETING: string | null;
  readonly PASSWORD: string | null;
  readonly STATUS: string;
  readonly SERVICE_NAME: string | null;
  readonly DB_NAME: string | null;
  /** What the one said that it asked itself. */
  readonly asked?: Said;
}

/** Runs the Docker command line, and gives the lines that it prints. */
export async function docker(...args: string[]): Promise<string[]> {
  const { stdout } = await promisify(execFile)('docker', args);
  return stdout.split('\n').filter((line) => line !== '');
}

/** Builds test/fixtures/served under a name. */
export async function buildServed(
  name: string,
  given: Partial<Record<'STATUS' | 'SERVICE_PORT', number>> = {},
): Promise<void> {
  const args = { ...given, ...(pythonImage !== undefined && { BASE_IMAGE: pythonImage }) };
  const flags = Object.entries(args).flatMap(([arg, value]) => ['--build-arg', `${arg}=${value}`]);
  await docker('build', '--quiet', '--tag', name, ...flags, folder);
}

/** Images of the daemon by the names in task definitions, as `LANDFALL_AWS_IMAGES` has them. */
export function imagesText(images: Readonly<Record<string, string>>): string {
  return Object.entries(images)
    .map((pair) => pair.join('='))
    .join(',');
}

/** Ids of the containers that tasks of one local AWS have, which is known by its process. */
export async function containersOf(awsPid: number, ...args: string[]): Promise<string[]> {
  const label = 'dev.landfall.local-aws';
  const format = `{{.ID}} {{.Label "${label}"}}`;
  const lines = await docker('ps', '--no-trunc', '--filter', `label=${label}`, '--format', format, ...args);
  // HOST:PID:START, as k8s-local/aws/landfall_aws/containers/daemon.py writes it.
  return lines
    .filter((line) => line.split(':').at(-2) === `${awsPid}`)
    .map((line) => line.split(' ')[0] ?? '');
}

/** Where on this machine a load balancer or an endpoint answers. */
export function addressOf(world: World, kind: LocalAddress['kind'], id: string | undefined): Promise<string> {
  return eventually(`an address of ${kind} ${id}`, async () => {
    const found = (await world.aws.addresses()).find((each) => each.kind === kind && each.arn === id);
    return found?.address;
  });
}

/** Asks once, by a connection of its own; rejects with what was answered instead of success. */
export async function ask(address: string): Promise<Said> {
  const answer = await fetch(`http://${address}/`, { headers: { connection: 'close' } });
  if (answer.status !== 200) throw new Error(`${answer.status} ${await answer.text()}`);
  return (await answer.json()) as Said;
}

/** Names of the containers that answer. */
export async function hosts(address: string): Promise<Set<string>> {
  const said = await Promise.all(Array.from({ length: 12 }, () => ask(address)));
  return new Set(said.map(({ host }) => host));
}
