import type { Subject } from './crash-subjects.ts';
import { link } from './link-manifests.ts';
import { namespace, smallNetwork, smallService } from './manifests.ts';
import { store } from './store-manifests.ts';
import type { Manifest, World } from './world.ts';

const own = { accountRef: { name: 'laptop' } };
const SECRET = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:shop/key';

const laptop: Manifest = {
  apiVersion: 'landfall.dev/v1alpha1',
  kind: 'Account',
  metadata: { name: 'laptop' },
  spec: {
    local: {
      namespaces: ['shop', 'partner'],
      sizeFactor: 0.25,
      secretMappings: [{ arn: `${SECRET}-*`, secretName: 'key' }],
    },
  },
};
const shop = [namespace('shop'), laptop];
const groups = { alb: {}, ecs: {}, data: {} };
const tiers = [{ name: 'public' }, { name: 'private' }, { name: 'data' }];
const network = smallNetwork('net', 'shop', { ...own, zones: { count: 2 }, tiers, securityGroups: groups });

/** A network of tiers; edited, it has one more, other ports and other neighbours. */
export const aLocalNetwork: Subject = {
  name: 'local-network',
  setting: shop,
  made: smallNetwork('tiers', 'shop', {
    ...own,
    tiers: tiers.slice(0, 2),
    securityGroups: { alb: {}, ecs: {}, bastion: { adminCidrs: ['192.0.2.0/24'] } },
    tags: { stage: 'first', gone: 'soon' },
  }),
  edited: smallNetwork('tiers', 'shop', {
    ...own,
    tiers,
    securityGroups: {
      alb: { ingress: { cidrs: ['198.51.100.0/24'], ports: [{ name: 'https', port: 443 }] } },
      ecs: { rules: [{ name: 'all', direction: 'Ingress', protocol: 'all', group: 'ecs' }] },
      data: { ports: [{ name: 'mysql', port: 3306 }] },
    },
    allowReferencesFrom: ['partner'],
    tags: { stage: 'second' },
  }),
};

const inShop = (made: Manifest): Manifest => ({
  ...made,
  metadata: { ...made.metadata, namespace: 'shop' },
  spec: { ...(made.spec as object), ...own, networkRef: { name: 'net' } },
});

/** What a store leaves on purpose: its volume, and the password that opens it. */
async function forgetVolumes({ kube }: World): Promise<void> {
  const at = '/api/v1/namespaces/shop';
  for (const plural of ['persistentvolumeclaims', 'secrets']) {
    const { items } = await kube.list<Manifest>(`${at}/${plural}`);
    for (const { metadata } of items)
      if (metadata.name.startsWith('orders')) await kube.delete(`${at}/${plural}/${metadata.name}`);
  }
}

/** A database with a password of its own; edited, it has more storage and another size. */
export const aLocalStore: Subject = {
  name: 'local-store',
  setting: [...shop, network],
  made: inShop(
    store('orders', {
      auroraPostgresql: { databaseName: 'orders' },
      tags: { stage: 'first', gone: 'soon' },
    }),
  ),
  edited: inShop(
    store('orders', {
      auroraPostgresql: {
        databaseName: 'orders',
        instanceClass: 'db.r6g.xlarge',
        parameters: [{ name: 'max_connections', value: '50' }],
      },
      allowReferencesFrom: ['partner'],
      tags: { stage: 'second' },
    }),
  ),
  forget: forgetVolumes,
};

const cache = inShop(store('cache', { environment: 'dev', redis: {} }));
const container = (image: string, port: number) => ({
  name: 'app',
  image,
  ports: [{ port }],
  secrets: [{ name: 'KEY', valueFrom: `${SECRET}-AbCdEf` }],
});
const atWork = {
  ...own,
  dataStores: [{ name: 'cache' }],
  loadBalancer: { type: 'Application', listeners: [{ port: 80, protocol: 'HTTP' }] },
};

/** A balanced service with a secret and a store; edited, it is rolled out anew, listens elsewhere, and is scaled by its load. */
export const aLocalService: Subject = {
  name: 'local-service',
  setting: [...shop, network, cache],
  made: smallService('web', 'shop', 'net', {
    ...atWork,
    task: { containers: [container('web:1', 8080)] },
    service: { desiredCount: 3 },
    tags: { stage: 'first', gone: 'soon' },
  }),
  edited: smallService('web', 'shop', 'net', {
    ...atWork,
    task: { containers: [container('web:2', 9090)] },
    service: { autoscaling: { minCount: 2, maxCount: 5, cpuPercent: 60 } },
    tags: { stage: 'second' },
  }),
};

const balanced = {
  ...own,
  task: { containers: [{ name: 'app', image: 'api:1', ports: [{ port: 8080 }, { port: 9090 }] }] },
  loadBalancer: {
    type: 'Network',
    target: { container: 'app', port: 8080 },
    listeners: [
      { port: 8080, protocol: 'TCP' },
      { port: 9090, protocol: 'TCP' },
    ],
  },
};
const theirs = smallNetwork('net', 'partner', {
  ...own,
  zones: { count: 2 },
  securityGroups: { alb: {}, ecs: {} },
});
const provide = { serviceRef: { name: 'api' } };
const offer = link('api', 'partner', { ...own, provide, allowReferencesFrom: ['shop'] });
const wish = (consume: object, more: object = {}) =>
  link('wish', 'shop', {
    ...own,
    consume: {
      from: { name: 'api', namespace: 'partner' },
      networkRef: { name: 'net' },
      allowFrom: [{ name: 'user' }],
      ...consume,
    },
    ...more,
  });
const partners = [
  ...shop,
  network,
  smallService('user', 'shop', 'net', own),
  namespace('partner'),
  theirs,
  smallService('api', 'partner', 'net', balanced),
];

/** What uses a service of another namespace, whose provider lets it in; edited, on one port more. */
export const aLocalConsumer: Subject = {
  name: 'local-consumer',
  setting: [...partners, offer],
  made: wish({ ports: [{ port: 8080 }] }),
  edited: wish({ ports: [{ port: 8080 }, { port: 9090 }] }, { tags: { stage: 'second' } }),
};

/** A service that is offered to others; edited in what means nothing here, and so nothing is written but its status. */
export const aLocalProvider: Subject = {
  name: 'local-provider',
  setting: partners,
  made: link('other', 'partner', {
    ...own,
    provide,
    allowReferencesFrom: ['shop'],
    tags: { stage: 'first' },
  }),
  edited: link('other', 'partner', {
    ...own,
    provide: { ...provide, acceptance: 'Manual' },
    allowReferencesFrom: ['shop'],
    tags: { stage: 'second' },
  }),
};
