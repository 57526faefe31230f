import { expect, it } from 'vitest';
import { Dependents } from '../../../operator/controllers/dependents.ts';

it('who refers to whom follows the last that was said', () => {
  const dependents = new Dependents();
  dependents.set('EcsService/a/one', ['SecureVpc/a/net', 'EcsService/a/two']);
  dependents.set('EcsService/a/two', ['SecureVpc/a/net']);
  expect(dependents.of('SecureVpc/a/net')).toEqual(['EcsService/a/one', 'EcsService/a/two']);
  expect(dependents.of('SecureVpc/a/other')).toEqual([]);

  dependents.set('EcsService/a/one', ['SecureVpc/a/other']);
  expect(dependents.of('SecureVpc/a/net')).toEqual(['EcsService/a/two']);
  expect(dependents.of('SecureVpc/a/other')).toEqual(['EcsService/a/one']);
  expect(dependents.of('EcsService/a/two')).toEqual([]);

  dependents.forget('EcsService/a/two');
  dependents.forget('EcsService/a/two');
  expect(dependents.of('SecureVpc/a/net')).toEqual([]);
});
