import { objectKind } from './object-kind.ts';

/** It goes after all that it may protect. */
export const networkPolicyKind = objectKind({
  resource: { group: 'networking.k8s.io', version: 'v1', plural: 'networkpolicies', kind: 'NetworkPolicy' },
  after: ['Deployment', 'StatefulSet'],
});
