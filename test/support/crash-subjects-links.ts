import { memberRoleArn } from '../../k8s-local/aws/identity-files.ts';
import type { Subject } from './crash-subjects.ts';
import { link, PROVIDER } from './link-manifests.ts';
import {
  account,
  granted,
  namespace,
  portal,
  serviceAccount,
  serviceNetwork,
  smallNetwork,
  smallService,
} from './manifests.ts';

const own = { accountRef: { name: 'portal' } };
const theirs = { accountRef: { name: 'provider-account' } };
const balanced = {
  task: { containers: [{ name: 'app', image: 'api:1', ports: [{ port: 8080 }] }] },
  loadBalancer: { type: 'Network', listeners: [{ port: 8080, protocol: 'TCP' }] },
};

const offer = link('api', 'portal', { ...own, provide: { serviceRef: { name: 'api' } } });

/** A service that is offered to others; edited, to more of them, all of whom are accepted. */
export const aProvider: Subject = {
  name: 'provider',
  setting: [
    portal.namespace,
    serviceAccount,
    serviceNetwork,
    smallService('api', 'portal', 'services', { ...own, ...balanced }),
  ],
  made: {
    ...offer,
    spec: {
      ...(offer.spec as object),
      provide: { serviceRef: { name: 'api' }, allowedAccounts: [PROVIDER] },
    },
  },
  edited: {
    ...offer,
    spec: {
      ...(offer.spec as object),
      provide: {
        serviceRef: { name: 'api' },
        allowedAccounts: ['333333333333', '444444444444'],
        acceptance: 'Auto',
        notifications: [{ topicArn: granted.topic, events: ['Reject'] }],
      },
      tags: { stage: 'second' },
    },
  },
};

const wish = (consume: object, more: object = {}) =>
  link('wish', 'portal', {
    ...own,
    consume: {
      from: { name: 'api', namespace: 'partner' },
      networkRef: { name: 'services' },
      allowFrom: [{ name: 'web' }],
      ...consume,
    },
    ...more,
  });

/**
 * What uses a service of another account, whose provider accepts it: its writes are killed as well. Edited, it stands in one zone,
 * and is open at one port more.
 */
export const aConsumer: Subject = {
  name: 'consumer',
  prepare: (world) => world.claim(PROVIDER),
  setting: [
    portal.namespace,
    serviceAccount,
    serviceNetwork,
    smallService('web', 'portal', 'services', own),
    namespace('partner'),
    account('provider-account', ['partner'], { accountId: PROVIDER, roleArn: memberRoleArn(PROVIDER) }),
    smallNetwork('net', 'partner', { ...theirs, zones: { count: 2 }, securityGroups: { alb: {}, ecs: {} } }),
    smallService('api', 'partner', 'net', { ...theirs, ...balanced }),
    link('api', 'partner', {
      ...theirs,
      provide: { serviceRef: { name: 'api' } },
      allowReferencesFrom: ['portal'],
    }),
  ],
  made: wish({ ports: [{ port: 8080 }] }),
  edited: wish({ ports: [{ port: 8080 }, { port: 9090 }], zones: ['a'] }, { tags: { stage: 'second' } }),
};
