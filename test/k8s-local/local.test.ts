import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { down, loadImages, mustBeUp, status, up } from '../../k8s-local/local.ts';
import { chooseProvider } from '../../k8s-local/providers/choose.ts';
import type { FakeMachine } from './cluster/fakes.ts';
import { fakeMachine } from './cluster/fakes.ts';

// minikube, kind, k3d and Docker Desktop are stand-ins here, which write down how they were called and do nothing.
let machine: FakeMachine;
let options: { folder: string; env: FakeMachine['env']; progress: (line: string) => void };
let archive: string;

const log = () => join(machine.root, 'calls');
/** Writes down its command line, and where it is told to put a kubeconfig. */
const standIn = (name: string, also = '') =>
  machine.install(name, `echo "${name} $*\${KUBECONFIG:+ > $KUBECONFIG}" >> ${log()}\n${also}`);
const calls = async (): Promise<string[]> => {
  const text = await readFile(log(), 'utf8').catch(() => '');
  await writeFile(log(), '');
  return text.trim().split('\n');
};
const LOOKS = /^(minikube version|kind version|k3d version|docker info|kubectl get --raw)/;
/** Without those that only look. */
const deeds = async () => (await calls()).filter((call) => !LOOKS.test(call));

beforeEach(async () => {
  machine = await fakeMachine();
  options = { folder: join(machine.root, 'state', 'local'), env: machine.env, progress: machine.progress };
  archive = join(machine.root, 'image.tar');
  await writeFile(archive, '');
  await standIn('kubectl', `[ $1 = apply ] && cat > ${join(machine.root, 'applied')}; exit 0`);
});
afterEach(() => machine.remove());

/** Everything that a provider is asked for from up to down, in order. */
const life = async (provider: string) => {
  const local = await up({ ...options, provider });
  expect(await up({ ...options, provider })).toEqual({ ...local, already: true });
  expect(await up(options)).toEqual({ ...local, already: true });
  const made = await deeds();
  await loadImages(['shop:1', archive], options);
  const loaded = await deeds();
  await down(options);
  expect(existsSync(options.folder)).toBe(false);
  expect(await status(options)).toBeUndefined();
  return { ...local, made, loaded, removed: await deeds() };
};

describe('each provider is called as its documentation says', () => {
  it('minikube', async () => {
    await standIn('minikube');
    const { name, kubeconfig, made, loaded, removed } = await life('minikube');
    expect(made).toEqual([
      `minikube start --profile=${name} --cni=calico --addons=metrics-server --keep-context --interactive=false > ${kubeconfig}`,
    ]);
    expect(loaded).toEqual([
      `minikube image load --profile=${name} shop:1`,
      `minikube image load --profile=${name} ${archive}`,
    ]);
    expect(removed).toEqual([`minikube delete --profile=${name} > ${kubeconfig}`]);
  });

  it('kind', async () => {
    await standIn('kind');
    await standIn('docker');
    const { name, kubeconfig, made, loaded, removed } = await life('kind');
    const named = `--name ${name} --kubeconfig ${kubeconfig}`;
    expect(made).toEqual([
      `kind create cluster ${named} --wait 120s`,
      `kubectl apply --server-side -f - > ${kubeconfig}`,
    ]);
    expect(loaded).toEqual([
      `kind load docker-image shop:1 --name ${name}`,
      `kind load image-archive ${archive} --name ${name}`,
    ]);
    expect(removed).toEqual([`kind delete cluster ${named}`]);
  });

  it('k3d', async () => {
    await standIn('k3d');
    await standIn('docker');
    const { name, kubeconfig, made, loaded, removed } = await life('k3d');
    expect(made).toEqual([
      `k3d cluster create ${name} --wait --kubeconfig-update-default=false --kubeconfig-switch-context=false`,
      `k3d kubeconfig write ${name} --output ${kubeconfig}`,
    ]);
    expect(loaded).toEqual([
      `k3d image import shop:1 --cluster ${name}`,
      `k3d image import ${archive} --cluster ${name}`,
    ]);
    expect(removed).toEqual([`k3d cluster delete ${name}`]);
  });

  it('Docker Desktop, whose cluster is used and left', async () => {
    await standIn('docker');
    const { kubeconfig, made, loaded, removed } = await life('docker-desktop');
    expect(made).toEqual([
      'kubectl config view --minify --flatten --raw --context=docker-desktop',
      `kubectl apply --server-side -f - > ${kubeconfig}`,
    ]);
    expect(loaded).toEqual([
      'docker image inspect --format={{.Id}} shop:1',
      `docker load --input ${archive}`,
    ]);
    expect(removed).toEqual(['']);
  });
});

it('gives metrics to a cluster that has none, of the version that go.mod pins', async () => {
  await standIn('kind');
  await standIn('docker');
  await up({ ...options, provider: 'kind' });
  const applied = parseAllDocuments(await readFile(join(machine.root, 'applied'), 'utf8'));
  const objects = applied.map((document) => document.toJS() as { kind: string; metadata: { name: string } });
  expect(objects.map(({ kind }) => kind)).toContain('APIService');
  const text = await readFile(join(machine.root, 'applied'), 'utf8');
  expect(text).toMatch(/image: registry\.k8s\.io\/metrics-server\/metrics-server:v\d+\.\d+\.\d+$/m);
});

describe('the choice of a provider', () => {
  it('is the first one that this machine has', async () => {
    await standIn('kubectl', '[ $1 = config ]; exit $?');
    const chosen = () => chooseProvider(undefined, machine.env);
    for (const program of ['docker', 'k3d', 'kind', 'minikube']) {
      await standIn(program);
      if (program !== 'docker') expect(await chosen()).toBe(program);
    }
    expect(await chooseProvider('kind', machine.env)).toBe('kind');
  });

  it('is no program whose Docker daemon does not answer', async () => {
    await standIn('kind');
    await standIn('docker', 'exit 1');
    await expect(chooseProvider('kind', machine.env)).rejects.toThrow(
      'There is nothing to make a local cluster with here (kind: no Docker daemon answers, which kind needs).',
    );
  });

  it('says what every one of them lacks where there is none', async () => {
    await standIn('kubectl', 'exit 1');
    vi.spyOn(process, 'getuid').mockReturnValue(1000);
    await expect(chooseProvider(undefined, machine.env)).rejects.toThrow(
      'There is nothing to make a local cluster with here (minikube: minikube is not on the PATH; kind: kind is not on ' +
        'the PATH; k3d: k3d is not on the PATH; docker-desktop: kubectl reaches no cluster by the context ' +
        'docker-desktop; source: it needs root, for namespaces, mounts and iptables).',
    );
    vi.restoreAllMocks();
  });

  it('is refused where there is none of that name, and where another one is up', async () => {
    await expect(up({ ...options, provider: 'kubeadm' })).rejects.toThrow(
      'There is no provider kubeadm: it is one of minikube, kind, k3d, docker-desktop, source.',
    );
    await standIn('minikube');
    await up({ ...options, provider: 'minikube' });
    await expect(up({ ...options, provider: 'k3d' })).rejects.toThrow(
      'A cluster of minikube is up: take it down before another one of k3d.',
    );
  });
});

describe('what goes wrong', () => {
  it('is told in the words of the program, and cleaned away', async () => {
    await standIn('minikube', '[ $1 = start ] && { echo no space left >&2; exit 1; }; exit 0');
    await expect(up({ ...options, provider: 'minikube' })).rejects.toThrow(
      /^minikube start .* failed: no space left$/,
    );
    expect((await deeds()).map((call) => call.split(' ')[1])).toEqual(['start', 'delete']);
    expect(await readdir(join(machine.root, 'state'))).toEqual([]);
  });

  it('is cleaned away by the next up, and by down, where the machine was switched off', async () => {
    await standIn('minikube');
    await up({ ...options, provider: 'minikube' });
    await standIn('kubectl', 'exit 1');
    expect(await status(options)).toBeUndefined();
    await calls();
    await up({ ...options, provider: 'minikube' });
    expect((await deeds()).map((call) => call.split(' ')[1])).toEqual(['delete', 'start']);
    await down(options);
    expect((await deeds()).map((call) => call.split(' ')[1])).toEqual(['delete']);
    await expect(mustBeUp(options)).rejects.toThrow('No local cluster is up: bring one up first.');
  });
});
