import { objectKind } from './object-kind.ts';

export const configMapKind = objectKind({
  resource: { group: '', version: 'v1', plural: 'configmaps', kind: 'ConfigMap' },
  after: ['Deployment', 'StatefulSet', 'Job'],
});
