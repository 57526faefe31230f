import { promisify } from 'node:util';
import { execFile } from 'node:child_process';

import { MissingPrerequisite, type Progress } from './python-env.ts';

const port = 4566;

/** A started container: where it listens, and how to stop it. */
export interface AwsContainer {
  url: string;
  stop: () => Promise<void>;
}

/** Whether a container engine answers. */
export function dockerAnswers(env: NodeJS.ProcessEnv): Promise<boolean> {
  return promisify(execFile)('docker', ['version', '--format', '{{.Server.Version}}'], {
    env,
    timeout: 5000,
  }).then(
    () => true,
    () => false,
  );
}

/**
 * Starts the local AWS as a container, from `image`, or from one built of this folder's Dockerfile where none is
 * given (`BASE_IMAGE` chooses what that is built on). Server options are passed as `LANDFALL_AWS_*`. Throws
 * {@link MissingPrerequisite} where no container engine answers.
 */
export async function startContainer(
  image: string | undefined,
  env: NodeJS.ProcessEnv,
  progress: Progress,
): Promise<AwsContainer> {
  if (env['LANDFALL_AWS_CONTAINERS'] === 'docker')
    throw new MissingPrerequisite(
      'The local AWS cannot run the containers of ECS tasks from within a container: give it Python 3.10 or newer, and no image.',
    );
  if (!(await dockerAnswers(env))) {
    throw new MissingPrerequisite(
      'The local AWS as a container needs Docker, and no Docker daemon answers: start one, or point DOCKER_HOST at it.',
    );
  }
  // Only here: loading it costs a second, and most machines have Python.
  const { GenericContainer, Wait } = await import('testcontainers');
  if (image === undefined) progress('Building the image of the local AWS; this happens once.');
  const base = env['BASE_IMAGE'];
  const container =
    image === undefined
      ? await GenericContainer.fromDockerfile(import.meta.dirname)
          .withBuildArgs(base === undefined ? {} : { BASE_IMAGE: base })
          .build('landfall-local-aws', { deleteOnExit: false })
      : new GenericContainer(image);
  const options = Object.entries(env).flatMap(([name, value]) =>
    /^LANDFALL_AWS_(DIFFICULTY|INSTALLATION|MEMBER_ROLE|REGION|SERVICE_GAPS|\w+_QUOTA|\w+_SECONDS)$/.test(
      name,
    ) && value !== undefined
      ? [[name, value] as const]
      : [],
  );
  const started = await container
    .withExposedPorts(port)
    .withEnvironment(Object.fromEntries(options))
    .withWaitStrategy(Wait.forHttp('/_landfall/ready', port))
    .start();
  return {
    url: `http://${started.getHost()}:${started.getMappedPort(port)}`,
    stop: async () => void (await started.stop()),
  };
}
