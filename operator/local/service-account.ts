import { objectKind } from './object-kind.ts';

export const serviceAccountKind = objectKind({
  resource: { group: '', version: 'v1', plural: 'serviceaccounts', kind: 'ServiceAccount' },
  after: ['Deployment', 'StatefulSet'],
});
