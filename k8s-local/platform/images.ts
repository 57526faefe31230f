import { join } from 'node:path';
import type { Environment } from '../cluster/paths.ts';
import { run } from '../cluster/run.ts';

const root = join(import.meta.dirname, '../..');

/** The images of this repository, as the Accounts and the installation name them. */
export const SERVICE_IMAGE = 'microservice:latest';
export const OPERATOR_IMAGE = 'landfall:latest';

/** What an image is built of. */
interface Source {
  readonly dockerfile: string;
  readonly context: string;
  /** The variable that names another base image than the usual one. */
  readonly base: string;
}

const NODE_BASE = 'LANDFALL_TEST_NODE_IMAGE';
const BUILT: Readonly<Record<string, Source>> = {
  [SERVICE_IMAGE]: { dockerfile: 'service/Dockerfile', context: '.', base: NODE_BASE },
  [OPERATOR_IMAGE]: { dockerfile: 'Dockerfile', context: '.', base: NODE_BASE },
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

/** Builds one of the repository's images. */
export async function buildImage(image: string, options: ImageOptions): Promise<void> {
  const source = BUILT[image];
  if (!source) throw new Error(`${image} is no image of this repository`);
  await build(image, source, options);
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
  const pulled = await docker(['pull', '--quiet', image], options);
  if (pulled.code !== 0) throw new Error(`docker pull ${image} failed: ${pulled.stderr.trim()}`);
  return image;
}

async function build(
  image: string,
  { dockerfile, context, base }: Source,
  options: ImageOptions,
): Promise<void> {
  options.progress(`building ${image}`);
  const other = options.env[base];
  const built = await docker(
    [
      'build',
      '--quiet',
      '--file',
      dockerfile,
      '--tag',
      image,
      ...(other === undefined ? [] : ['--build-arg', `BASE_IMAGE=${other}`]),
      context,
    ],
    options,
  );
  if (built.code !== 0) throw new Error(`docker build of ${image} failed: ${built.stderr.trim()}`);
}

function docker(args: readonly string[], { env }: ImageOptions) {
  return run('docker', args, { env, cwd: root });
}
