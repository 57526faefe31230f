import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { type AdminClient, adminClient } from './admin-client.ts';
import { dockerAnswers, startContainer } from './container.ts';
import { type AccessKey, accessKeyOf, homeAccount, writeIdentityFiles } from './identity-files.ts';
import { serveFromNursery } from './nursery.ts';
import { MissingPrerequisite, type Progress, cacheFolder, ensurePythonEnv } from './python-env.ts';

const here = import.meta.dirname;

/** How to start a local AWS. */
export interface LocalAwsOptions {
  /** Port to listen on; default 0, a free one. */
  port?: number;
  /** Takes what the server writes to its standard error, line by line. */
  log?: (line: string) => void;
  /** Told what a long first start does. */
  progress?: Progress;
  /** The environment to start from; default `process.env`. `LANDFALL_AWS_*` set the server's options. */
  env?: NodeJS.ProcessEnv;
  /** Let Docker run the containers of ECS tasks; default as `LANDFALL_AWS_CONTAINERS` says, else simulated. */
  containers?: boolean;
  /** Run this image in a container instead of a child process; default `LANDFALL_AWS_IMAGE`, else none. */
  image?: string;
  /** Socket of a nursery, which has loaded everything: the server is a fork of it, and answers at once. */
  nursery?: string | undefined;
  /** Region of the written profiles; default us-east-1. */
  region?: string;
  /** Give the child a session of its own, so that Ctrl-C in a terminal reaches this process alone; default false. */
  detached?: boolean;
  /** Where the profiles are written; default a folder of its own that `stop` removes. */
  stateFolder?: string;
}

/** A running local AWS. */
export interface LocalAws extends AdminClient {
  url: string;
  /** Process id; 0 when it runs in a container. */
  pid: number;
  /** The administrator's key of an account, by id or profile name. */
  credentials: (account: string) => AccessKey;
  /** What an AWS SDK or CLI needs to talk to it, as the home account by default. */
  env: () => Record<string, string>;
  stop: () => Promise<void>;
}

/** The environment that points SDKs and CLIs at `url`, with profiles from the two files. */
export function clientEnvironment(
  url: string,
  region: string,
  files: { configFile: string; credentialsFile: string },
): Record<string, string> {
  const key = accessKeyOf(homeAccount);
  return {
    AWS_ENDPOINT_URL: url,
    AWS_ACCESS_KEY_ID: key.accessKeyId,
    AWS_SECRET_ACCESS_KEY: key.secretAccessKey,
    AWS_REGION: region,
    AWS_CONFIG_FILE: files.configFile,
    AWS_SHARED_CREDENTIALS_FILE: files.credentialsFile,
    // Plain HTTP needs no certificates, and a bundle that does not exist here stops some clients.
    AWS_CA_BUNDLE: '',
  };
}

/** What starts a server. */
export interface Command {
  command: string;
  args: string[];
  env: NodeJS.ProcessEnv;
}

/** The command that serves; the caller decides how it is spawned. */
export async function serverCommand(
  port: number,
  env: NodeJS.ProcessEnv,
  progress: Progress,
): Promise<Command> {
  const python = await ensurePythonEnv(join(here, 'requirements.txt'), env, progress);
  return {
    command: python,
    args: ['-m', 'landfall_aws', '--port', String(port)],
    env: { ...env, PYTHONPATH: here, PYTHONPYCACHEPREFIX: join(cacheFolder(env), 'aws', 'bytecode') },
  };
}

/** Reads the one line that the server prints when it listens. Rejects with its last words when it ends instead. */
async function whenListening(child: ChildProcess, log: (line: string) => void): Promise<{ url: string }> {
  const { stdout, stderr } = child;
  if (!stdout || !stderr) throw new Error('the local AWS was started without pipes');
  const last: string[] = [];
  createInterface({ input: stderr }).on('line', (line) => {
    last.push(line);
    if (last.length > 20) last.shift();
    log(line);
  });
  return new Promise((resolve, reject) => {
    createInterface({ input: stdout }).once('line', (line) => resolve(JSON.parse(line) as { url: string }));
    child.once('error', reject);
    child.once('exit', (code) =>
      reject(new Error(`The local AWS ended with ${code ?? 'a signal'} while starting:\n${last.join('\n')}`)),
    );
  });
}

/** How one way of serving began: where it listens, its process (0 for a container), how it is stopped. */
export interface Serving {
  url: string;
  pid: number;
  stop: () => Promise<void>;
}

async function serveAsChild(options: LocalAwsOptions, env: NodeJS.ProcessEnv): Promise<Serving> {
  const { port = 0, nursery, log = () => {}, progress = () => {} } = options;
  if (nursery !== undefined) return serveFromNursery(nursery, ['--port', String(port)], env, log);
  const server = await serverCommand(port, env, progress);
  const child = spawn(server.command, [...server.args, '--parent', String(process.pid)], {
    env: server.env,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: options.detached ?? false,
  });
  const { url } = await whenListening(child, log);
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return {
    url,
    pid: child.pid ?? 0,
    stop: async () => {
      child.kill('SIGTERM');
      await exited;
    },
  };
}

async function serve(options: LocalAwsOptions): Promise<Serving> {
  const given = options.env ?? process.env;
  const env = options.containers === true ? { ...given, LANDFALL_AWS_CONTAINERS: 'docker' } : given;
  const progress = options.progress ?? ((): void => {});
  const image = options.image ?? env['LANDFALL_AWS_IMAGE'];
  if (image !== undefined) return { ...(await startContainer(image, env, progress)), pid: 0 };
  try {
    return await serveAsChild(options, env);
  } catch (error) {
    if (!(error instanceof MissingPrerequisite) || !(await dockerAnswers(env))) throw error;
    progress(`${error.message} Docker answers, so it runs in a container instead.`);
    return { ...(await startContainer(undefined, env, progress)), pid: 0 };
  }
}

/**
 * Starts a local AWS and waits until it answers; the first start on a machine installs it. As a child of this
 * process it ends with `stop`, or by itself when this process is gone; where there is no Python but a container
 * engine, or an image is named, it is a container.
 */
export async function startLocalAws(options: LocalAwsOptions = {}): Promise<LocalAws> {
  const region = options.region ?? 'us-east-1';
  const serving = await serve(options);
  const folder = options.stateFolder ?? (await mkdtemp(join(tmpdir(), 'landfall-aws-')));
  const files = await writeIdentityFiles(folder, region);
  return {
    ...adminClient(serving.url),
    url: serving.url,
    pid: serving.pid,
    credentials: accessKeyOf,
    env: () => clientEnvironment(serving.url, region, files),
    stop: async () => {
      await serving.stop();
      if (options.stateFolder === undefined) await rm(folder, { recursive: true, force: true });
    },
  };
}
