import { expect, it } from 'vitest';
import {
  commonLabels,
  labelValue,
  placeLabels,
  podSelector,
  STORE_LABEL,
} from '../../../../operator/compile/local/labels.ts';

const long = { namespace: 'n'.repeat(63), name: 'a'.repeat(63) };

it('says the namespace with the name, in what Kubernetes takes for a value', () => {
  expect(labelValue({ namespace: 'team', name: 'net' })).toBe('team.net');
  expect(labelValue(long)).toMatch(/^n{54}-[0-9a-f]{8}$/);
  expect(labelValue({ ...long, name: 'b' })).not.toBe(labelValue(long));
});

it('tells network and tier of a pod, and whose it is', () => {
  expect(placeLabels('team/net', 'data')).toEqual({
    'landfall.dev/network': 'team.net',
    'landfall.dev/tier': 'data',
  });
  expect(podSelector(STORE_LABEL, { metadata: { name: 'orders', namespace: 'team' } })).toEqual({
    'landfall.dev/store': 'team.orders',
  });
  expect(commonLabels({ metadata: { name: 'orders' } }, 'orders-dev-data', 'dynamodb')).toEqual({
    'app.kubernetes.io/name': 'orders-dev-data',
    'app.kubernetes.io/instance': 'orders',
    'app.kubernetes.io/component': 'dynamodb',
    'app.kubernetes.io/managed-by': 'landfall',
  });
});
