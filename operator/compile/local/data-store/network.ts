import type { DataStore } from '../../../api/data-store.ts';
import { STORE_TIER } from '../../../api/data-store/rules.ts';
import { Terminal } from '../../../errors.ts';
import type { KubeInputs } from '../../../local/inputs.ts';
import { clientsOf } from '../../data-store/clients.ts';
import { namespaceOf, ownerOf } from '../../names.ts';
import { networkKeyOf, referredBeside } from '../../references.ts';
import type { LocalCompileInput } from '../input.ts';
import { placeLabels, podSelector, SERVICE_LABEL, STORE_LABEL } from '../labels.ts';
import { localStoreName } from '../store-connection.ts';

/**
 * The labels by which the policies of its network know a store; none of a table, which stands in no network. Throws Terminal
 * (`InvalidSpec`, `ReferenceNotAllowed`) where the network has no such tier, and Waiting (`DependencyNotReady`) where it is no object yet.
 */
export function placeOfStore(input: LocalCompileInput<DataStore>): Readonly<Record<string, string>> {
  const { object } = input;
  const { networkRef, tier = STORE_TIER } = object.spec;
  if (!networkRef) return {};
  const network = referredBeside(input, {
    kind: 'SecureVpc',
    field: 'spec.networkRef',
    reference: networkRef,
  });
  if (!network.spec.tiers.some(({ name }) => name === tier))
    throw new Terminal(
      'InvalidSpec',
      `spec.tier is ${tier}, which ${ownerOf(network)} does not have: choose one of its spec.tiers, or add the tier there`,
    );
  return placeLabels(networkKeyOf(object, networkRef), tier);
}

/** What lets in the pods of the services that use a store, and nobody else; undefined of a table, which is in no network. */
export function policyOf(
  input: LocalCompileInput<DataStore>,
  port: string,
  labels: Readonly<Record<string, string>>,
): KubeInputs | undefined {
  const { object } = input;
  if (!object.spec.networkRef) return undefined;
  const from = clientsOf(input).map((service) => ({
    namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespaceOf(service.metadata) } },
    podSelector: { matchLabels: podSelector(SERVICE_LABEL, service) },
  }));
  return {
    namespace: namespaceOf(object.metadata),
    name: localStoreName(object),
    labels,
    body: {
      spec: {
        podSelector: { matchLabels: podSelector(STORE_LABEL, object) },
        policyTypes: ['Ingress', 'Egress'],
        // An empty list of whom a rule is for would be everybody.
        ingress: from.length === 0 ? [] : [{ from, ports: [{ protocol: 'TCP', port }] }],
        egress: [],
      },
    },
  };
}
