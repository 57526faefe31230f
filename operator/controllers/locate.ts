import { isDeepStrictEqual } from 'node:util';
import { accountIdOf, type AccountSpec } from '../api/account.ts';
import type { TargetStatus } from '../api/common.ts';
import { Terminal } from '../errors.ts';
import { requireAccount } from './account-access.ts';
import { managementOf } from './management.ts';
import type { Place } from './neighbours.ts';
import type { Pass, ResourceDeps } from './pass.ts';
import { observe } from './planning.ts';
import type { GraphObject } from './resource-status.ts';
import type { Target } from './target.ts';

/** The target of a resource, checked: allowed, known to AWS by the right account, and the same as before. */
export async function locate<T extends GraphObject>(deps: ResourceDeps, pass: Pass<T>, deleting: boolean) {
  const { spec, status } = pass.object;
  const accountRef = spec.accountRef.name;
  const account = accountOf(deps, pass.object, deleting);
  const where: TargetStatus = {
    accountId: accountIdOf(account),
    region: spec.region,
    installation: deps.installation,
  };
  const former = status.target;
  if (former && !isDeepStrictEqual({ ...former }, where)) {
    const message = `the things of this object are in account ${former.accountId}, region ${former.region}, installation ${former.installation}, but this operator would act in account ${where.accountId}, region ${where.region}, installation ${where.installation}; run it with the former installation id, or point the Account at the former account`;
    throw new Terminal('TargetChanged', message);
  }
  // Whoever only looks gets in nobody's way.
  const target = deps.targets.open(accountRef, account, spec.region);
  const { aws } = account;
  if (aws && managementOf(pass.object) === 'Manage')
    await observe(target, () => deps.claims.require(accountRef, aws));
  return { account, where, target };
}

/** Where another object stands, read as its own Account lets it be. */
export function placeOf(deps: ResourceDeps, object: GraphObject): Place {
  const account = accountOf(deps, object, false);
  const { accountRef, region } = object.spec;
  return { accountId: accountIdOf(account), target: deps.targets.open(accountRef.name, account, region) };
}

/** Reads what was never read, and everything after a pause, in which nobody may have read on. */
export async function read<T extends GraphObject>(
  deps: ResourceDeps,
  pass: Pass<T>,
  target: Target,
): Promise<void> {
  const kinds = pass.kind.on[target.type].nodeKinds;
  await observe(target, () => target.world.load(kinds));
  const paused = pass.object.status.conditions?.some(({ type }) => type === 'Paused') ?? false;
  if (paused) await observe(target, () => target.world.refreshAll(kinds, deps.clock.now()));
}

/** The account that an object names. Throws where it may not be there. */
function accountOf(deps: ResourceDeps, { spec, metadata }: GraphObject, deleting: boolean): AccountSpec {
  const accountRef = spec.accountRef.name;
  return requireAccount(deps.accounts.get(accountRef), {
    namespace: metadata.namespace ?? '',
    accountRef,
    region: spec.region,
    deleting,
  });
}
