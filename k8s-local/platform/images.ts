import { join } from 'node:path';
import { buildImage } from '../build-image.ts';
import type { Environment } from '../cluster/paths.ts';
import { run } from '../cluster/run.ts';
import { sourceName, sourceNames } from './source-name.ts';

const root = join(import.meta.dirname, '../..');

/** The images of this repository, as the Accounts and the installation name them. */
export const SERVICE_IMAGE = 'microservice:latest';
export const OPERATOR_IMAGE = 'landfall:latest';

/** What an image is built of. */
interface Source {
  readonly dockerfile: string;
  /** The variable that names another base image than the usual one. */
  readonly base: string;
}

const NODE_BASE = 'LANDFALL_TEST_NODE_IMAGE';
/** Set where other images stand in for the usual ones. */
export const STAND_INS = NODE_BASE;
/** What the images of this repository are built on. */
const USUAL_BASE = 'node:24-bookworm-slim';
const BUILT: Readonly<Record<string, Source>> = {
  [SERVICE_IMAGE]: { dockerfile: 'service/Dockerfile', base: NODE_BASE },
  [OPERATOR_IMAGE]: { dockerfile: 'Dockerfile', base: NODE_BASE },
};

/** Another image in place of a public one, by the latter's name without its tag: whoever sets the variable has it already. */
const NAMED: Readonly<Record<string, string>> = {
  postgres: 'TEST_POSTGRES_IMAGE',
  mysql: 'TEST_MYSQL_IMAGE',
  redis: 'TEST_REDIS_IMAGE',
  node: NODE_BASE,
  'amazon/dynamodb-local': 'TEST_DYNAMODB_IMAGE',
};

/** What an Account calls an image here. */
export interface ImageRewrite {
  readonly prefix: string;
  readonly replacement: string;
}

export interface ImageOptions {
  readonly env: Environment;
  readonly progress: (line: string) => void;
}

/**
 * Sees to it that Docker has images: builds those of the repository, and asks a registry for the others, unless the environment names
 * others in place of them. Returns what Accounts have to call those. Throws where one cannot be had.
 */
export async function provideImages(
  images: readonly string[],
  options: ImageOptions,
): Promise<{ readonly present: readonly string[]; readonly rewrites: readonly ImageRewrite[] }> {
  const present: string[] = [];
  const rewrites: ImageRewrite[] = [];
  for (const image of [...new Set(images)].sort()) {
    const replacement = await provide(image, options);
    present.push(replacement);
    if (replacement !== image) rewrites.push({ prefix: image, replacement });
  }
  return { present: [...new Set(present)], rewrites };
}

/** Whether Docker is there and has, or reaches, the usual images. */
export async function hasUsualImages(env: Environment): Promise<boolean> {
  const found = await run('docker', ['image', 'inspect', USUAL_BASE], { env }).catch(() => undefined);
  if (!found) return false;
  return found.code === 0 || (await run('docker', ['pull', '--quiet', USUAL_BASE], { env })).code === 0;
}

/** Builds one of the repository's images, and takes the names from former ones that tell what they were made of. */
export async function buildOwnImage(image: string, options: ImageOptions): Promise<void> {
  const name = await ownSourceName(image);
  await build(image, sourceOf(image), options);
  await mustDocker(['tag', image, name], options);
  const names = ['--filter', `reference=${sourceNames(image)}`, '--format', '{{.Repository}}:{{.Tag}}'];
  const listed = await mustDocker(['image', 'ls', ...names], options);
  const former = listed.split('\n').filter((one) => one !== '' && one !== name);
  if (former.length > 0) await mustDocker(['image', 'rm', ...former], options);
}

/** The name by which one of the repository's images says that it is made of what stands here now. */
export async function ownSourceName(image: string): Promise<string> {
  return sourceName(image, sourceOf(image).dockerfile, root);
}

/** The name by which Docker has an image now. */
async function provide(image: string, options: ImageOptions): Promise<string> {
  const source = BUILT[image];
  if (source) {
    await build(image, source, options);
    return image;
  }
  const [name = ''] = image.split(':');
  const variable = NAMED[name];
  const named = variable === undefined ? undefined : options.env[variable];
  if (named !== undefined) return named;
  if ((await docker(['image', 'inspect', image], options)).code === 0) return image;
  options.progress(`pulling ${image}`);
  await mustDocker(['pull', '--quiet', image], options);
  return image;
}

async function build(image: string, { dockerfile, base }: Source, options: ImageOptions): Promise<void> {
  options.progress(`building ${image}`);
  await buildImage({ tag: image, dockerfile, base: options.env[base], env: options.env });
}

function sourceOf(image: string): Source {
  const source = BUILT[image];
  if (!source) throw new Error(`${image} is no image of this repository`);
  return source;
}

async function mustDocker(args: readonly string[], options: ImageOptions): Promise<string> {
  const done = await docker(args, options);
  if (done.code !== 0) throw new Error(`docker ${args.join(' ')} failed: ${done.stderr.trim()}`);
  return done.stdout;
}

function docker(args: readonly string[], { env }: ImageOptions) {
  return run('docker', args, { env, cwd: root });
}
