import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { failuresText } from '../../../operator/cli/failures-text.ts';
import { readManifests } from '../../../operator/cli/manifests.ts';
import { PLAIN } from '../../../operator/cli/terminal.ts';
import { Failures, UsageError } from '../../../operator/cli/usage.ts';

const account = `apiVersion: landfall.dev/v1alpha1
kind: Account
metadata:
  name: one
spec:
  aws:
    accountId: '123456789012'
    regions: [us-east-1]
`;
const network = `apiVersion: landfall.dev/v1alpha1
kind: SecureVpc
metadata:
  name: net
spec:
  accountRef: { name: one }
  region: us-east-1
  cidr: 10.0.0.0/16
  zones: { count: 2 }
  tiers: [{ name: private }]
`;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'landfall-manifests-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const read = (source: string, namespace?: string) =>
  readManifests(['-'], { stdin: Readable.from([source]), ...(namespace !== undefined && { namespace }) });

async function failuresOf(source: string): Promise<string> {
  const error = await read(source).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(Failures);
  return failuresText((error as Failures).list, PLAIN);
}

describe('what is read', () => {
  it('takes folders with all below them, several documents a file, and each file once', async () => {
    await mkdir(join(folder, 'deep/er'), { recursive: true });
    await mkdir(join(folder, '.git'));
    await writeFile(join(folder, 'deep/er/all.yml'), `${account}---\n${network}`);
    await writeFile(join(folder, 'notes.md'), account);
    await writeFile(join(folder, '.git/old.yaml'), account);
    const found = await readManifests([folder, join(folder, 'deep/er/all.yml')]);
    expect(found.accounts.map(({ value }) => value.metadata.name)).toEqual(['one']);
    expect(found.resources.map(({ place }) => [place.document, place.line])).toEqual([[2, 10]]);
  });

  it('passes over other objects, empty documents and files that are no manifests', async () => {
    const others =
      'apiVersion: v1\nkind: Namespace\nmetadata: { name: a }\n---\n---\n- a list\n---\nreplicas: 3\n---\n';
    expect(await read(others + account)).toMatchObject({
      accounts: [{ place: { document: 5 } }],
      resources: [],
    });
  });

  it('takes the List that kubectl get prints, JSON included', async () => {
    const items = [account, network].map((source) => JSON.stringify(parse(source)));
    const { accounts, resources } = await read(`{"apiVersion":"v1","kind":"List","items":[${items.join()}]}`);
    expect([accounts.length, resources.length]).toEqual([1, 1]);
  });

  it('gives the namespace to those that name none', async () => {
    const namespaceOf = async (source: string, namespace?: string) =>
      (await read(source, namespace)).resources[0]?.value.metadata.namespace;
    expect(await namespaceOf(network)).toBe('default');
    expect(await namespaceOf(network, 'team-a')).toBe('team-a');
    expect(await namespaceOf(network.replace('name: net', 'name: net\n  namespace: own'), 'team-a')).toBe(
      'own',
    );
  });
});

describe('what is refused', () => {
  it('lists everything that is wrong, by file, document and field', async () => {
    const bad = network.replace('10.0.0.0/16', '10.0.0.0/8').replace('private', 'dmz');
    expect(await failuresOf(`${account}---\n${bad}---\n${account.replace("'123456789012'", '12')}`))
      .toMatchInlineSnapshot(`
      "stdin:10 (document 2) SecureVpc default/net
        ✗ spec.cidr: 10.0.0.0/8 has the wrong size: the prefix must be from /16 to /28
        ✗ spec.tiers[0].name: Unsupported value: "dmz": supported values: "public", "private", "data"
      stdin:21 (document 3) Account one
        ✗ spec.aws.accountId: 12: must be of type string"
    `);
  });

  it('an unknown kind of the group, which a cluster would refuse too', async () => {
    expect(await failuresOf(account.replace('kind: Account', 'kind: Acount'))).toContain(
      'kind: unknown kind Acount: landfall.dev/v1alpha1 has Account, SecureVpc, EcsService, PrivateLinkEndpoint, DataStore, PlanApproval',
    );
  });

  it('another version, or none', async () => {
    expect(await failuresOf(account.replace('v1alpha1', 'v2'))).toContain('apiVersion: ');
    expect(await failuresOf(account.replace(/^.*\n/, ''))).toContain('apiVersion: Required value');
  });

  it('the same object twice, naming both places', async () => {
    expect(await failuresOf(`${account}---\n${account}`)).toContain('stands in stdin:1 too');
  });

  it('what is no YAML, with its line', async () => {
    expect(await failuresOf(`${account}---\nkind: [Account\n`)).toMatch(
      /stdin:1\d \(document 2\)\n {2}✗ cannot be read as YAML: /,
    );
  });

  it('a path that is not there and a folder without manifests, saying what to give', async () => {
    await expect(readManifests([join(folder, 'none')])).rejects.toThrow(/there is no file or folder .*none/);
    await expect(readManifests([folder])).rejects.toBeInstanceOf(UsageError);
    await expect(readManifests([folder])).rejects.toThrow(/\(0 files read\): give the folder/);
    await writeFile(join(folder, 'other.yaml'), 'kind: Namespace');
    await expect(readManifests([folder])).rejects.toThrow(/\(1 file read\): give the folder/);
  });
});
