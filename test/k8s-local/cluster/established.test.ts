import { expect, it } from 'vitest';
import { established } from '../../../k8s-local/cluster/established.ts';

/** A kubectl that fails so often with these words before it succeeds, and what it was called with. */
function kubectl(words: string, failures: number) {
  const calls: string[] = [];
  const run = (...args: string[]) => {
    calls.push(args.join(' '));
    return calls.length > failures ? Promise.resolve('') : Promise.reject(new Error(words));
  };
  return { run, calls };
}

const BLANK = 'error: .status.conditions accessor error: <nil> is of the type <nil>, expected []interface{}';

it('waits for CRDs that the API server has not looked at yet, as kubectl does not', async () => {
  const { run, calls } = kubectl(BLANK, 2);
  await established(run);
  expect(calls).toEqual(Array(3).fill('wait --for=condition=Established --timeout=30s crd --all'));
});

it('waits for those that it is given, and rejects with the words of kubectl', async () => {
  const { run, calls } = kubectl(
    'error: timed out waiting for the condition on crd/accounts.landfall.dev',
    9,
  );
  await expect(established(run, ['crd/accounts.landfall.dev'])).rejects.toThrow('timed out waiting');
  expect(calls).toEqual(['wait --for=condition=Established --timeout=30s crd/accounts.landfall.dev']);
});
