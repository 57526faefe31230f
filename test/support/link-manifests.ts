import { memberRoleArn } from '../../k8s-local/aws/identity-files.ts';
import { account, smallNetwork, smallService } from './manifests.ts';
import type { Manifest } from './world.ts';

/** Accounts of the two sides of a private connection. */
export const PROVIDER = '222222222222';
export const CONSUMER = '333333333333';
/** Told of connections. */
export const TOPIC = `arn:aws:sns:us-east-1:${PROVIDER}:links`;

const placed = (name: string) => ({ accountRef: { name } });
const container = { name: 'app', image: 'api:1', ports: [{ port: 8080 }] };

/** A side of a private connection. */
export function link(name: string, inNamespace: string, spec: object): Manifest {
  return {
    apiVersion: 'landfall.dev/v1alpha1',
    kind: 'PrivateLinkEndpoint',
    metadata: { name, namespace: inNamespace },
    spec: { region: 'us-east-1', ...spec },
  };
}

/**
 * A service of one account that is offered to another, with all that the two sides stand on: namespace `api` offers it,
 * namespace `shop` uses it. Their networks share the zone that is us-east-1a to the provider and us-east-1b to the consumer;
 * us-east-1c is two zones.
 */
export const twoAccounts = {
  accounts: [
    account('provider-account', ['api'], {
      accountId: PROVIDER,
      roleArn: memberRoleArn(PROVIDER),
      grants: [{ name: 'links', namespaces: ['api'], arns: [TOPIC] }],
    }),
    account('consumer-account', ['shop'], { accountId: CONSUMER, roleArn: memberRoleArn(CONSUMER) }),
  ],
  providerNetwork: smallNetwork('net', 'api', {
    ...placed('provider-account'),
    zones: { names: ['us-east-1a', 'us-east-1c'] },
    securityGroups: { alb: {}, ecs: {} },
  }),
  consumerNetwork: smallNetwork('net', 'shop', {
    ...placed('consumer-account'),
    cidr: '10.2.0.0/16',
    zones: { names: ['us-east-1b', 'us-east-1c'] },
    securityGroups: { ecs: {} },
  }),
  api: smallService('api', 'api', 'net', {
    ...placed('provider-account'),
    task: { containers: [container] },
    loadBalancer: { type: 'Network', listeners: [{ port: 8080, protocol: 'TCP' }] },
  }),
  shop: smallService('shop', 'shop', 'net', placed('consumer-account')),
  provider: link('api', 'api', {
    ...placed('provider-account'),
    provide: {
      serviceRef: { name: 'api' },
      notifications: [{ topicArn: TOPIC, events: ['Connect', 'Delete'] }],
    },
    allowReferencesFrom: ['shop'],
  }),
  consumer: link('api', 'shop', {
    ...placed('consumer-account'),
    consume: {
      from: { name: 'api', namespace: 'api' },
      networkRef: { name: 'net' },
      ports: [{ port: 8080 }],
      allowFrom: [{ name: 'shop' }],
    },
  }),
};
