import { expect, it } from 'vitest';
import { localKindsOf } from '../../../operator/local/kinds.ts';
import { localRules } from '../../../operator/local/rules.ts';

it('a role has the verbs of its kinds and no others', () => {
  expect(localRules(localKindsOf(['Deployment', 'StatefulSet', 'AliasEndpoints']))).toEqual([
    {
      apiGroups: ['apps'],
      resources: ['deployments', 'statefulsets'],
      verbs: ['get', 'list', 'create', 'patch', 'delete'],
    },
    { apiGroups: [''], resources: ['services'], verbs: ['get', 'list'] },
    {
      apiGroups: ['discovery.k8s.io'],
      resources: ['endpointslices'],
      verbs: ['get', 'list', 'create', 'patch', 'delete'],
    },
  ]);
});
