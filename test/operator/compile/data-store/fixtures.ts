import type { DataStore } from '../../../../operator/api/data-store.ts';
import type { EcsService } from '../../../../operator/api/ecs-service.ts';
import { formatIssue, parseManifest } from '../../../../operator/api/parse.ts';
import type { SecureVpc } from '../../../../operator/api/secure-vpc.ts';
import { compileDataStore } from '../../../../operator/compile/data-store/data-store.ts';
import type { CompileInput } from '../../../../operator/compile/input.ts';
import { NO_REFERENCES } from '../../../../operator/compile/references.ts';
import type { Graph } from '../../../../operator/graph/graph.ts';
import { smallService } from '../../../support/manifests.ts';
import { account, FACTS, secureVpc } from '../fixtures.ts';

/** A store of namespace `team`, with every default. */
export function store(spec: object, metadata: object = {}): DataStore {
  const parsed = parseManifest('DataStore', {
    apiVersion: 'landfall.dev/v1alpha1',
    kind: 'DataStore',
    metadata: { name: 'orders', namespace: 'team', ...metadata },
    spec: { accountRef: { name: 'main' }, region: 'us-east-1', ...spec },
  });
  if (!parsed.ok) throw new Error(parsed.issues.map(formatIssue).join('; '));
  return parsed.value;
}

/** A table found by `id`. */
export const table = (dynamodb: object = {}, spec: object = {}) =>
  store({ dynamodb: { partitionKey: { name: 'id', type: 'String' }, ...dynamodb }, ...spec });

/** The network `net` of namespace `team`, with the tiers and zones that stores need. */
export const network = (spec: object = {}, metadata: object = {}) =>
  secureVpc(
    { zones: { count: 2 }, tiers: [{ name: 'private' }, { name: 'data' }], ...spec },
    { metadata: { name: 'net', namespace: 'team', ...metadata } },
  );

/** What a store is compiled with, where there is but one network. */
export function inputFor(object: DataStore, only: SecureVpc = network()): CompileInput<DataStore> {
  return {
    object,
    installation: 'test',
    account: account(),
    facts: FACTS,
    references: {
      ...NO_REFERENCES,
      find: (kind, namespace, name) =>
        kind === 'SecureVpc' && namespace === only.metadata.namespace && name === only.metadata.name
          ? (only as never)
          : undefined,
    },
  };
}

export function compile(object: DataStore, only?: SecureVpc): Graph {
  return compileDataStore(inputFor(object, only));
}

/** A service of network `team/net`, small. */
export function service(
  name: string,
  namespace = 'team',
  spec: object = {},
  metadata: object = {},
): EcsService {
  const manifest = smallService(name, namespace, 'net', {
    networkRef: { name: 'net', namespace: 'team' },
    ...spec,
  });
  const parsed = parseManifest('EcsService', {
    ...manifest,
    metadata: { ...manifest.metadata, ...metadata },
  });
  if (!parsed.ok) throw new Error(parsed.issues.map(formatIssue).join('; '));
  return parsed.value;
}
