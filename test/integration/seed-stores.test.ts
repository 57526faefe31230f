import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { run } from '../../k8s-local/cluster/run.ts';
import { findKubectl } from '../../k8s-local/cluster/shell.ts';
import type { TaskDefinitionInputs } from '../../operator/aws/ecs/task-definition-inputs.ts';
import { compileResources } from '../../operator/cli/assumed.ts';
import { readManifests } from '../../operator/cli/manifests.ts';
import { cellsOf, saidOfStore, SEED_ENVIRONMENTS, seedStores } from '../support/seed-stores.ts';

const examples = join(import.meta.dirname, '..', '..', 'manifests', 'examples');
/** Who uses the stores of an example, and where its Accounts stand. */
const EXAMPLES = [
  { example: 'platform', accounts: 'accounts', service: 'EcsService/api-service/api-service' },
  { example: 'portal', accounts: 'portal/account.yaml', service: 'EcsService/portal/backend' },
] as const;
const CASES = EXAMPLES.flatMap((one) =>
  SEED_ENVIRONMENTS.map((environment) => ({ ...one, environment, overlay: `${one.example}/${environment}` })),
);

/** What an overlay compiles to, which is what a plan of it makes. */
async function compiledOf({ example, accounts, environment }: (typeof CASES)[number]) {
  const { stdout } = await run(await findKubectl(), [
    'kustomize',
    join(examples, example, 'overlays', environment),
  ]);
  const manifests = await readManifests([join(examples, accounts), '-'], { stdin: Readable.from([stdout]) });
  const { compiled, failures } = compileResources('default', manifests);
  expect(failures).toEqual([]);
  return compiled;
}

describe.each(CASES)('the stores of $overlay', (one) => {
  it('have the names and figures of the table, each in the account of its seed', async () => {
    const stores = (await compiledOf(one)).filter(({ object }) => object.kind === 'DataStore');
    const wanted = Object.entries(seedStores).filter(([owner]) =>
      owner.startsWith(`DataStore/${namespaceOf(one)}/`),
    );
    expect(Object.fromEntries(stores.map(({ graph }) => [graph.owner, saidOfStore(graph)]))).toEqual(
      Object.fromEntries(wanted.map(([owner, store]) => [owner, cellsOf(store, one.environment)])),
    );
    expect(
      Object.fromEntries(stores.map(({ graph, account }) => [graph.owner, account.metadata.name])),
    ).toEqual(Object.fromEntries(wanted.map(([owner, { account }]) => [owner, account])));
  });

  it('are told to the containers of the service, and nothing of them that is secret', async () => {
    const service = (await compiledOf(one)).find(({ graph }) => graph.owner === one.service);
    const task = service?.graph.nodes.get('task-definition') ?? expect.fail('the service has no task');
    const { containerDefinitions } = task.inputs as TaskDefinitionInputs;
    const [{ environment = [], secrets = [] } = {}] = containerDefinitions;
    const told = [...environment, ...secrets]
      .map(({ name }) => name)
      .filter((name) => /^(DB|REDIS|DYNAMODB)_/u.test(name));
    const wanted = Object.entries(seedStores).filter(([owner]) =>
      owner.startsWith(`DataStore/${namespaceOf(one)}/`),
    );
    expect(told.sort()).toEqual(wanted.flatMap(([, { variables }]) => variables).sort());
    expect(secrets.map(({ name }) => name)).toEqual(['DB_PASS']);
  });
});

function namespaceOf({ service }: (typeof CASES)[number]): string {
  return service.split('/')[1] ?? '';
}
