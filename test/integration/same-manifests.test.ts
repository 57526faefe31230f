import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Kubectl } from '../../k8s-local/cluster/kubectl.ts';
import { type Example, EXAMPLES } from '../../k8s-local/example-folders.ts';
import { applyAccounts, applyFiles } from '../../k8s-local/platform/install.ts';
import { type Manifest, World } from '../support/world.ts';

// One world has the Accounts of AWS, the other one those of `make local`; both get the files of the examples.
const root = join(import.meta.dirname, '../..');
const NAMES = Object.keys(EXAMPLES) as Example[];
const ACCOUNTS_OF_AWS = [
  'accounts/provider-account.yaml',
  'accounts/consumer-account.yaml',
  'portal/account.yaml',
].map((file) => join(root, 'manifests/examples', file));
const KUSTOMIZATION = 'kustomization.yaml';
const APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

type Applied = Manifest & { readonly metadata: { readonly annotations: Readonly<Record<string, string>> } };
const sha256 = (text: string | Uint8Array) => createHash('sha256').update(text).digest('hex');
const titleOf = ({ kind, metadata }: Manifest) => `${kind}/${metadata.namespace}/${metadata.name}`;

const kubectlOf =
  ({ plane }: World): Kubectl =>
  (args, options) =>
    plane.kubectl(args, options);

let aws: World;
let local: World;
/** Checksums of the files, by path, before anything was applied. */
let files: Readonly<Record<string, string>>;

const checksums = async () => {
  const folders = NAMES.map(async (name) =>
    (await readdir(join(root, EXAMPLES[name]))).map((file) => join(EXAMPLES[name], file)),
  );
  const paths = (await Promise.all(folders)).flat().sort();
  const sums = paths.map(async (path) => [path, sha256(await readFile(join(root, path)))] as const);
  return Object.fromEntries(await Promise.all(sums));
};
const documents = async () => {
  const paths = Object.keys(files).filter((path) => !path.endsWith(KUSTOMIZATION));
  const texts = await Promise.all(paths.map((path) => readFile(join(root, path), 'utf8')));
  return texts
    .flatMap((text) => parseAllDocuments(text).map((document) => document.toJS() as Manifest))
    .filter(({ kind }) => kind !== 'Namespace');
};
/** All objects of the examples as the API server has them, by title. */
const stored = async (world: World): Promise<Readonly<Record<string, Applied>>> => {
  const found = await Promise.all(
    (await documents()).map(async (document) => {
      const { kind, metadata } = document;
      const text = await world.kubectl(
        'get',
        kind.toLowerCase(),
        metadata.name,
        `--namespace=${metadata.namespace}`,
        '--output=json',
      );
      return [titleOf(document), JSON.parse(text) as Applied] as const;
    }),
  );
  return Object.fromEntries(found);
};
const mapped = <T>(objects: Readonly<Record<string, Applied>>, of: (object: Applied) => T) =>
  Object.fromEntries(Object.entries(objects).map(([title, object]) => [title, of(object)]));

beforeAll(async () => {
  files = await checksums();
  [aws, local] = await Promise.all([World.start(), World.start()]);
  for (const file of ACCOUNTS_OF_AWS) await aws.kubectl('apply', '-f', file);
  await applyAccounts(kubectlOf(local), []);
  for (const world of [aws, local]) {
    for (const name of NAMES) await applyFiles(kubectlOf(world), name);
    world.operator();
  }
});
afterAll(() => Promise.all([aws?.stop(), local?.stop()]));

describe('the files of the examples, for AWS and for a local cluster', () => {
  it('are the same, to the byte, after they were applied for both', async () => {
    expect(Object.keys(files).length).toBeGreaterThan(10);
    expect(await checksums()).toEqual(files);
  });

  it('reach both API servers as they are: what was applied is what stands in the file, with one checksum', async () => {
    const [there, here] = await Promise.all([stored(aws), stored(local)]);
    const appliedOf = ({ metadata }: Applied) => metadata.annotations[APPLIED] ?? '';
    expect(mapped(here, (object) => sha256(appliedOf(object)))).toEqual(
      mapped(there, (object) => sha256(appliedOf(object))),
    );
    const written = Object.fromEntries((await documents()).map((one) => [titleOf(one), one]));
    expect(
      mapped(here, (object) => {
        const { metadata, ...rest } = JSON.parse(appliedOf(object)) as Applied;
        const { annotations: _, ...named } = metadata;
        return { ...rest, metadata: named };
      }),
    ).toEqual(written);
    expect(mapped(here, ({ spec }) => spec)).toEqual(mapped(there, ({ spec }) => spec));
  });

  it('make networks in AWS by the one kind of Account, and in the cluster by the other', async () => {
    const networks = (await documents()).filter(({ kind }) => kind === 'SecureVpc');
    const madeIn = async (world: World) => {
      const ready = await Promise.all(networks.map((network) => world.ready(network, 120_000)));
      return ready.map(
        ({ status }) => (status as { target?: { accountId: string } } | undefined)?.target?.accountId,
      );
    };
    expect(await madeIn(local)).toEqual(networks.map(() => 'local'));
    expect(new Set(await madeIn(aws))).toEqual(new Set(['123456789012', '222222222222', '333333333333']));
    expect(mapped(await stored(local), ({ spec }) => spec)).toEqual(
      mapped(await stored(aws), ({ spec }) => spec),
    );
  });
});
