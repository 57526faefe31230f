import { expect, it } from 'vitest';
import type { DataStore } from '../../../../operator/api/data-store.ts';
import { protectionOf } from '../../../../operator/compile/data-store/protection.ts';

type Spec = DataStore['spec'];
const specOf = (environment: Spec['environment'], deletionProtection?: 'Enabled' | 'Disabled') =>
  ({ spec: { environment, dynamodb: { deletionProtection } } }) as unknown as DataStore;

it.each([
  ['prod', undefined, 'spec.dynamodb.deletionProtection'],
  ['prod', 'Disabled', undefined],
  ['dev', undefined, undefined],
  [undefined, 'Enabled', 'spec.dynamodb.deletionProtection'],
  [undefined, undefined, undefined],
] as const)('environment %s and deletionProtection %s: %s', (environment, given, field) => {
  expect(protectionOf(specOf(environment, given))).toBe(field);
});
