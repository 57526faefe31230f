import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  GetSecretValueCommand,
  ListSecretsCommand,
  ListSecretVersionIdsCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { portal } from './manifests.ts';
import { portrait } from './portrait.ts';
import { sightOf } from './sight.ts';
import { storeNetwork } from './store-manifests.ts';
import type { Manifest, World } from './world.ts';

/** Something that could be read somewhere, and where. */
interface Said {
  readonly where: string;
  readonly text: string;
}

/** Remembers every password that Secrets Manager holds, and every word that is said anywhere else, and compares the two. */
export class Canary {
  readonly #world: World;
  readonly #secrets: SecretsManagerClient;
  /** The Secret that clients read, as `namespace/name`: it alone may say a password. */
  readonly #told: string;
  readonly #passwords = new Set<string>();
  readonly #said: Said[] = [];

  constructor(world: World, told: string) {
    this.#world = world;
    this.#told = told;
    this.#secrets = new SecretsManagerClient(world.clientOptions());
  }

  stop(): void {
    this.#secrets.destroy();
  }

  /** How many passwords there were. */
  get known(): number {
    return this.#passwords.size;
  }

  /** Reads all versions of all secrets that may be read, also those that no label is on any more. */
  async learn(): Promise<void> {
    const { SecretList = [] } = await this.#secrets.send(new ListSecretsCommand({}));
    for (const { ARN: SecretId } of SecretList) {
      const asked = { SecretId, IncludeDeprecated: true, MaxResults: 100 };
      const { Versions = [] } = await this.#secrets.send(new ListSecretVersionIdsCommand(asked));
      for (const { VersionId } of Versions) {
        const { SecretString = '' } = await this.#secrets.send(
          new GetSecretValueCommand({ SecretId, VersionId }),
        );
        this.#passwords.add(passwordIn(SecretString));
      }
    }
  }

  /** Reads all that there is to read: of the cluster, of the command line, of the graph, and of what AWS shows of things. */
  async listen(when: string, objects: readonly Manifest[]): Promise<void> {
    await this.learn();
    const say = (where: string, text: string) => this.#said.push({ where: `${where}, ${when}`, text });
    for (const item of await this.#objects()) {
      const { kind, metadata } = item;
      if (kind === 'Secret' && `${metadata.namespace}/${metadata.name}` === this.#told) continue;
      say(`${kind} ${metadata.name}`, JSON.stringify(item));
      const decoded = Object.values(item.data ?? {}).map((value) => Buffer.from(value, 'base64').toString());
      if (kind === 'Secret') say(`data of Secret ${metadata.name}`, decoded.join());
    }
    const file = join(this.#world.plane.dir, 'canary.yaml');
    const items = [portal.namespace, portal.account, storeNetwork, ...objects];
    await writeFile(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
    await Promise.all(
      [['plan'], ['plan', '--json'], ['graph'], ['retained']].map(async (command) => {
        const { out, err } = await this.#world.landfall(...command, '-f', file);
        say(`landfall ${command.join(' ')}`, out + err);
      }),
    );
    for (const object of objects) {
      const scene = { object, setting: [storeNetwork], account: portal.account };
      const { graph, plan, exportsOf } = await sightOf(this.#world, scene);
      say('graph', JSON.stringify([...graph.nodes.values()]));
      say('plan', JSON.stringify(plan));
      const owner = `${object.kind}/${object.metadata.namespace}/${object.metadata.name}`;
      say('exports', JSON.stringify([...exportsOf(owner)]));
    }
    say('AWS', JSON.stringify(await portrait(this.#world)));
    say('calls to AWS', JSON.stringify(await this.#world.aws.ledger()));
  }

  /** Takes something else that was said. */
  hear(where: string, text: string): void {
    this.#said.push({ where, text });
  }

  /** Where a password was said, and which, by its place in the order in which they became known. */
  leaks(): string[] {
    return [...this.#passwords].flatMap((password, index) => {
      const forms = [password, Buffer.from(password).toString('base64'), encodeURIComponent(password)];
      return this.#said
        .filter(({ text }) => forms.some((form) => text.includes(form)))
        .map(({ where }) => `password ${index}: ${where}`);
    });
  }

  async #objects(): Promise<(Manifest & { data?: Record<string, string> })[]> {
    const names = await this.#world.kubectl('api-resources', '--verbs=list', '-o', 'name');
    const types = names.trim().split('\n').join();
    const text = await this.#world.kubectl('get', types, '-A', '-o', 'json', '--show-managed-fields');
    return (JSON.parse(text) as { items: (Manifest & { data?: Record<string, string> })[] }).items;
  }
}

/** What is no credentials is a password as a whole. */
function passwordIn(text: string): string {
  try {
    return (JSON.parse(text) as { password: string }).password;
  } catch {
    return text;
  }
}
