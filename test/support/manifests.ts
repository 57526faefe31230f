import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { localTransitGateway } from '../../k8s-local/aws/identity-files.ts';
import type { SecureVpcSpec } from '../../operator/api/secure-vpc.ts';
import type { Manifest } from './world.ts';

const examples = join(import.meta.dirname, '..', '..', 'manifests', 'examples', 'portal');

/** The portal as its example has it: namespace, Account and network. */
export const portal = {
  namespace: example('namespace'),
  account: example('account'),
  network: example('network') as Manifest & { readonly spec: SecureVpcSpec },
};

/** The portal's network with what else a network may have, so that it has every kind of node. */
export const fullNetwork = {
  ...portal.network,
  spec: {
    ...portal.network.spec,
    secondaryCidrs: ['100.64.0.0/16'],
    dhcpOptions: { domainName: 'corp.example.com', domainNameServers: ['10.0.0.2', '192.0.2.53'] },
    transitGateway: {
      id: localTransitGateway,
      routes: [{ destination: '10.11.0.0/16', tiers: ['private'] }],
    },
  },
};

export function namespace(name: string): Manifest {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
}

/** An Account that reaches AWS by the default credentials, unless told otherwise. */
export function account(name: string, namespaces: readonly string[], aws: object = {}): Manifest {
  return {
    apiVersion: 'landfall.dev/v1alpha1',
    kind: 'Account',
    metadata: { name },
    spec: { aws: { accountId: '123456789012', regions: ['us-east-1'], namespaces, ...aws } },
  };
}

/** A network of one private tier in one zone without flow logs: the least that still has most kinds, unless told otherwise. */
export function smallNetwork(name: string, inNamespace: string, spec: object = {}): Manifest {
  return {
    apiVersion: 'landfall.dev/v1alpha1',
    kind: 'SecureVpc',
    metadata: { name, namespace: inNamespace },
    spec: {
      accountRef: { name: 'main' },
      region: 'us-east-1',
      cidr: '10.1.0.0/16',
      zones: { count: 1 },
      tiers: [{ name: 'private' }],
      flowLogs: { destination: 'None' },
      ...spec,
    },
  };
}

function example(name: string): Manifest {
  return parse(readFileSync(join(examples, `${name}.yaml`), 'utf8')) as Manifest;
}
