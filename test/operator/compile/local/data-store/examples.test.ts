import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { DataStore } from '../../../../../operator/api/data-store.ts';
import { LocalAccountSchema } from '../../../../../operator/api/local-account.ts';
import { consumersIn, FILE_ADVICE, finderIn, readManifests } from '../../../../../operator/cli/manifests.ts';
import {
  compileLocalDataStore,
  LOCAL_DATA_STORE_NODES,
} from '../../../../../operator/compile/local/data-store/data-store.ts';
import { NO_SURROUNDINGS, type Consumer } from '../../../../../operator/compile/references.ts';
import { graphKindOf, referencesFrom } from '../../../../../operator/controllers/graph-kinds.ts';
import { ownerOf } from '../../../../../operator/compile/names.ts';
import { manifestText } from '../manifest-text.ts';
import { inputsAt, podOf } from './fixtures.ts';

const examples = join(import.meta.dirname, '../../../../../manifests/examples');
const manifests = await readManifests([examples]);
const nothingStands = { view: () => ({ get: () => undefined, all: () => [], ownedBy: () => [] }) };

const graphs = manifests.resources
  .map(({ value }) => value)
  .filter(({ kind }) => kind === 'DataStore')
  .map((object) =>
    compileLocalDataStore({
      object: graphKindOf('DataStore').parse(object) as DataStore,
      installation: 'default',
      account: LocalAccountSchema.parse({}),
      facts: { podCidrs: [] },
      references: referencesFrom({
        type: 'local',
        find: finderIn(manifests),
        worldOf: () => nothingStands,
        advice: FILE_ADVICE,
      }),
      surroundings: {
        ...NO_SURROUNDINGS,
        consumers: (owner) =>
          consumersIn(manifests, owner).map((one) => ({
            object: graphKindOf(one.kind).parse(one) as Consumer['object'],
            accountId: '',
          })),
      },
    }),
  );

describe('the stores of all examples, compiled for a cluster', () => {
  it('are as a person has reviewed them', async () => {
    const sorted = [...graphs].sort((a, b) => (a.owner < b.owner ? -1 : 1));
    await expect(manifestText(sorted)).toMatchFileSnapshot('examples.yaml.txt');
  });

  it('are all of them', () => {
    const stores = manifests.resources.filter(({ value }) => value.kind === 'DataStore');
    expect(graphs.map(({ owner }) => owner)).toEqual(stores.map(({ value }) => ownerOf(value)));
    expect(graphs.length).toBeGreaterThan(8);
  });

  it.each(graphs.map((graph) => [graph.owner, graph] as const))(
    '%s shows no password in a command, and asks for no more than restricted pod security gives',
    (_owner, graph) => {
      const { spec } = podOf(graph);
      expect(spec).toMatchObject({
        automountServiceAccountToken: false,
        securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
      });
      expect(spec.securityContext.runAsUser).toBeGreaterThan(0);
      for (const container of spec.containers) {
        expect(container).toMatchObject({
          securityContext: {
            allowPrivilegeEscalation: false,
            capabilities: { drop: ['ALL'] },
            readOnlyRootFilesystem: true,
          },
        });
        for (const { name, value } of container.env)
          if (/PASS|AUTH|KEY/.test(name)) expect(value).toBeUndefined();
      }
      expect(
        [...graph.nodes.values()].every(({ type }) => LOCAL_DATA_STORE_NODES.some((one) => one === type)),
      ).toBe(true);
      expect(spec.volumes[0]).toEqual({
        name: 'data',
        persistentVolumeClaim: { claimName: inputsAt(graph, 'volume').name },
      });
    },
  );
});
