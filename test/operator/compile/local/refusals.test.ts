import { describe, expect, it } from 'vitest';
import { compileEcsService } from '../../../../operator/compile/ecs-service/ecs-service.ts';
import { compileLocalEcsService } from '../../../../operator/compile/local/ecs-service/ecs-service.ts';
import type { EcsService } from '../../../../operator/api/ecs-service.ts';
import { inputWith, networkWith, serviceWith } from '../service-input.ts';
import { localAccount, localInput, type LocalObject } from './examples.ts';
import { compileLocal } from './compiled.ts';
import { storeOf } from './ecs-service/fixtures.ts';
import { linked } from './ecs-service/links.ts';

/** What either compiler says of a service that it refuses. */
function saidOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    const { name, reason, message } = error as { name: string; reason: string; message: string };
    return `${name} ${reason} ${message}`;
  }
  throw new Error('nothing was refused');
}

interface Case {
  readonly spec?: object;
  readonly network?: LocalObject & { kind: 'SecureVpc' };
  readonly others?: readonly LocalObject[];
}

const publicNetwork = networkWith({ tiers: [{ name: 'private' }], securityGroups: { alb: {}, ecs: {} } });
const app = { name: 'app', image: 'app:1', ports: [{ port: 8080 }] };
const balanced = (loadBalancer: object) => ({
  task: { containers: [app] },
  loadBalancer: { type: 'Network', listeners: [{ port: 8080, protocol: 'TCP' }], ...loadBalancer },
});
const host = (spec: object = {}) => serviceWith({ task: { containers: [app] }, ...spec }, { name: 'host' });
const mysql = { mysql: { databaseName: 'a', masterUsername: 'b', credentials: { mode: 'Generated' } } };

const CASES: Readonly<Record<string, Case>> = {
  'a network that there is not': { spec: { networkRef: { name: 'nowhere' } } },
  'a network of another account': { network: networkWith({ accountRef: { name: 'other' } }) },
  'a network of another region': { network: networkWith({ region: 'eu-west-1' }) },
  'a network that lets nobody in': {
    spec: { networkRef: { name: 'net', namespace: 'closed' } },
    network: networkWith({}, { namespace: 'closed' }),
  },
  'a network without a place for tasks': { network: networkWith({ tiers: [{ name: 'public' }] }) },
  'a load balancer in a tier that the network does not have': {
    spec: balanced({ scheme: 'InternetFacing' }),
    network: publicNetwork,
  },
  'a load balancer that lets a group in that the network does not have': {
    spec: balanced({ ingress: [{ name: 'jump', group: 'bastion' }] }),
    network: publicNetwork,
  },
  'a cluster of a service that makes none': {
    spec: { cluster: { ref: { name: 'host' } } },
    others: [host({ cluster: { ref: { name: 'third' } } })],
  },
  'a cluster without Spot': {
    spec: { cluster: { ref: { name: 'host' } }, capacity: { spotPercent: 50 } },
    others: [host()],
  },
  'a store that there is not': { spec: { dataStores: [{ name: 'nowhere' }] } },
  'a store of another network': {
    spec: { dataStores: [{ name: 'orders' }] },
    others: [storeOf(mysql, {}, { networkRef: { name: 'other' } })],
  },
  'a store of a guest on instances': {
    spec: {
      cluster: { ref: { name: 'host' } },
      capacity: { type: 'EC2' },
      dataStores: [{ name: 'orders' }],
    },
    others: [host({ capacity: { type: 'EC2' } }), storeOf(mysql)],
  },
  'two stores by one prefix': {
    spec: { dataStores: [{ name: 'orders' }, { name: 'prices' }] },
    others: [storeOf(mysql), storeOf(mysql, { name: 'prices' })],
  },
};

describe('what AWS’s compiler refuses of a service, that of the cluster does in the same words', () => {
  it.each(Object.entries(CASES))('%s', (_name, { spec = {}, network = networkWith(), others = [] }) => {
    const inAws = inputWith(spec, { network, others: others as EcsService[] });
    const here = localInput(inAws.object, [inAws.object, network, ...others], {
      account: localAccount(),
      references: inAws.references,
    });
    expect(saidOf(() => compileLocalEcsService(here))).toBe(saidOf(() => compileEcsService(inAws)));
  });
});

describe('what refers to a service', () => {
  it('an endpoint in front of a service that lets nobody in', () => {
    const objects = linked().map((object) =>
      object.kind === 'PrivateLinkEndpoint' && object.spec.consume
        ? {
            ...object,
            spec: {
              ...object.spec,
              consume: { ...object.spec.consume, allowFrom: [{ name: 'api', namespace: 'api' }] },
            },
          }
        : object,
    );
    const consumer = objects.find(
      ({ kind, metadata }) => kind === 'PrivateLinkEndpoint' && metadata.namespace === 'shop',
    );
    expect(saidOf(() => compileLocal(consumer as LocalObject, objects))).toBe(
      'Terminal ReferenceNotAllowed spec.consume.allowFrom[api]: EcsService api/api lets no object of namespace shop refer to it; whoever owns it can add shop to its spec.allowReferencesFrom',
    );
  });
});
