import { randomBytes } from 'node:crypto';
import type { Container, Pod } from '../operator/compile/local/data-store/fixtures.ts';
import { eventually } from './eventually.ts';
import { docker } from './image.ts';

/**
 * A pod as the kubelet would run it, in Docker: the same user, nothing to write to but its volumes, no capability, the same limit of
 * memory, and a volume that belongs to its group. Its probes are asked, and it is told to end as Kubernetes tells it.
 */
export interface DockerPod {
  /** Address at which its ports are reached. */
  readonly address: string;
  /** Starts it on the volume that it had, with these values of Secrets, by `name/key`. Its containers are new ones, at another address. */
  start(secrets: Readonly<Record<string, string>>): Promise<void>;
  /** Resolves when every container passes its probe. */
  ready(): Promise<void>;
  /** Ends it in good order, and returns how each container ended, the engine first. */
  stop(): Promise<number[]>;
  /** Ends it at once. */
  kill(): Promise<void>;
  /** Runs a command in a container of it, by its number. */
  exec(container: number, ...command: string[]): Promise<number>;
  logs(): Promise<string>;
  /** Ends it, and removes everything, the volume too. */
  remove(): Promise<void>;
}

const GRACE_SECONDS = 60;
const FIRST_READY_MS = 180_000;

async function must(...args: string[]): Promise<string> {
  const { code, out, err } = await docker(...args);
  if (code !== 0) throw new Error(`docker ${args.slice(0, 2).join(' ')}: ${err}`);
  return out.trim();
}

/** Nothing runs before `start`. */
export async function podInDocker({ spec }: Pod): Promise<DockerPod> {
  const name = `landfall-pod-${randomBytes(4).toString('hex')}`;
  const { runAsUser: user, fsGroup } = spec.securityContext;
  const isVolume = new Set(spec.volumes.flatMap((one) => (one.name === 'data' ? [one.name] : [])));
  const named = spec.containers.map((container) => ({ container, id: `${name}-${container.name}` }));
  let address = '';
  let pause = '';
  let starts = 0;
  await must('volume', 'create', name);
  await must('network', 'create', name);

  /** As the kubelet does for fsGroup. */
  async function giveVolume(image: string): Promise<void> {
    const command = `chown 0:${fsGroup} /data && chmod 2775 /data`;
    const root = ['--user=0', '--entrypoint=/bin/sh', `--volume=${name}:/data:nocopy`];
    await must('run', '--rm', ...root, image, '-c', command);
  }

  function optionsOf(container: Container): string[] {
    // Where the image has such a folder already, Docker takes its mode.
    const everybodys = `uid=${user},gid=${user},mode=0777,exec`;
    const mounts = container.volumeMounts.map(({ name: volume, mountPath }) => {
      if (isVolume.has(volume)) return `--volume=${name}:${mountPath}:nocopy`;
      return mountPath === '/dev/shm' ? '--shm-size=64m' : `--tmpfs=${mountPath}:${everybodys}`;
    });
    return [
      `--user=${user}:${user}`,
      `--group-add=${fsGroup}`,
      '--read-only',
      '--cap-drop=ALL',
      '--security-opt=no-new-privileges',
      `--memory=${container.resources.limits.memory.replace('Mi', 'm')}`,
      ...mounts,
    ];
  }

  function valueOf(
    { value, valueFrom }: Container['env'][number],
    secrets: Readonly<Record<string, string>>,
  ) {
    const { secretKeyRef: from, fieldRef } = valueFrom ?? {};
    if (fieldRef) return address;
    return value ?? secrets[`${from?.name}/${from?.key}`] ?? '';
  }

  async function passes({ startupProbe: { exec, httpGet } }: Container, id: string, port: number) {
    if (exec) return (await docker('exec', id, ...exec.command)).code === 0;
    const url = `http://${address}:${port}${httpGet?.path ?? ''}`;
    return fetch(url).then(
      ({ ok }) => ok || !httpGet,
      () => false,
    );
  }

  const remove = async () => {
    for (const { id } of named.toReversed()) await docker('rm', '--force', '--volumes', id);
  };

  const pod: DockerPod = {
    get address() {
      return address;
    },
    async start(secrets) {
      await remove();
      const [first] = named;
      if (!first) throw new Error('a pod without containers');
      await giveVolume(first.container.image);
      // What a pod's containers share, its address among it, is there before them.
      const former = pause;
      pause = `${name}-pause-${(starts += 1)}`;
      const sleep = ['--entrypoint=/bin/sleep', first.container.image, 'infinity'];
      await must('run', '--detach', '--name', pause, `--network=${name}`, '--user=0', ...sleep);
      const inspected = await must(
        'inspect',
        '--format',
        `{{(index .NetworkSettings.Networks "${name}").IPAddress}}`,
        pause,
      );
      address = inspected;
      // Only now, so that the new ones have another address.
      if (former !== '') await docker('rm', '--force', former);
      for (const { container, id } of named) {
        const { command = [], args = [], image, env } = container;
        const [entrypoint, ...before] = command;
        const values = env.map((one) => [one.name, valueOf(one, secrets)] as const);
        const expanded = args.map((arg) =>
          values.reduce((text, [variable, value]) => text.replaceAll(`$(${variable})`, value), arg),
        );
        await must(
          'run',
          '--detach',
          `--name=${id}`,
          `--network=container:${pause}`,
          ...optionsOf(container),
          ...values.flatMap(([variable, value]) => ['--env', `${variable}=${value}`]),
          ...(entrypoint === undefined ? [] : ['--entrypoint', entrypoint]),
          image,
          ...before,
          ...expanded,
        );
      }
    },
    async ready() {
      for (const { container, id } of named) {
        const containerPort = container.ports[0]?.containerPort ?? 0;
        await eventually(`${container.name} is ready`, () => passes(container, id, containerPort), {
          timeoutMs: FIRST_READY_MS,
          everyMs: 200,
          seen: () => pod.logs(),
        });
      }
    },
    async stop() {
      const codes: number[] = [];
      for (const { container, id } of named) {
        const preStop = container.lifecycle?.preStop.exec.command;
        if (preStop) await must('exec', id, ...preStop);
        await must('stop', '--time', String(GRACE_SECONDS), id);
        codes.push(Number(await must('inspect', '--format', '{{.State.ExitCode}}', id)));
      }
      return codes;
    },
    async kill() {
      await docker('kill', ...named.map(({ id }) => id));
    },
    async exec(container, ...command) {
      return (await docker('exec', named[container]?.id ?? '', ...command)).code;
    },
    async logs() {
      const said = await Promise.all(named.map(({ id }) => docker('logs', '--tail', '20', id)));
      return said.map(({ out, err }) => out + err).join('\n');
    },
    async remove() {
      await remove();
      await docker('rm', '--force', pause);
      await docker('volume', 'rm', '--force', name);
      await docker('network', 'rm', name);
    },
  };
  return pod;
}
