import { accountIdOf, completedSpec } from '../api/account.ts';
import { findAdoptions, refuseAdoptions } from './adoption.ts';
import { awaitApproval } from './approvals.ts';
import { conclude } from './conclude.ts';
import { execute } from './execute.ts';
import { providersOf } from './graph-kinds.ts';
import { locate, placeOf, read } from './locate.ts';
import { decideOnLost } from './lost-stores.ts';
import { managementOf, report, show } from './management.ts';
import { meetNeighbours } from './neighbours.ts';
import { ensureFinalizer, type Pass, type PassResult, type ResourceDeps } from './pass.ts';
import { driftIn, makePlan, makeSurePlan, observe } from './planning.ts';
import { memoryOf, settle, type GraphObject } from './resource-status.ts';
import { findSurvivors } from './survivors.ts';

/** Makes a target match an object: locate, read, compile, finalizer, plan, approval, execute, conclude. */
export async function bringUp<T extends GraphObject>(deps: ResourceDeps, pass: Pass<T>): Promise<PassResult> {
  const observing = managementOf(pass.object) === 'Observe';
  const { account, target, where } = await locate(deps, pass, false);
  const making = pass.kind.on[target.type];
  const [facts] = await Promise.all([
    observe(target, () => target.facts(pass.kind.services?.(pass.object))),
    read(deps, pass, target),
  ]);
  const { exportsNow, ...others } = await meetNeighbours({
    kind: pass.kind,
    object: pass.object,
    target,
    find: deps.find,
    consumersOf: (owner) => deps.usersOf(owner).filter((user) => providersOf(user).includes(owner)),
    accountId: (name) => {
      const named = deps.accounts.get(name);
      return named && accountIdOf(named.spec);
    },
    open: (object) => placeOf(deps, object),
    advice: 'make it, and this object goes on by itself',
  });
  const graph = making.compile({
    object: making.recall(pass.kind.parse(pass.object), target.world),
    installation: deps.installation,
    account: account.aws ?? account.local,
    accountOf: (name) => {
      const named = deps.accounts.get(name);
      return named && completedSpec(named).local;
    },
    facts,
    ...others,
  });
  if (!observing) await ensureFinalizer(deps, pass);

  const { spec, metadata } = pass.object;
  const { aws } = account;
  const adoptions = await observe(target, async () =>
    // What exists in AWS is nothing that could be taken over here.
    aws === undefined
      ? new Map()
      : findAdoptions({
          target,
          graph,
          installation: deps.installation,
          adopt: spec.adopt,
          namespace: metadata.namespace ?? '',
          accountRef: spec.accountRef.name,
          account: aws,
          region: spec.region,
        }),
  );
  const survivors = await observe(target, () => findSurvivors(target, pass.object, deps.installation));
  const scope = { target, graph, account, survivors, adoptions };
  const seen = await makeSurePlan(deps, pass, { ...scope, exportsOf: exportsNow() });
  refuseAdoptions(seen);
  if (observing) return report(deps, pass, { target, where, graph, planned: seen });
  const { planned, remakes, asks } = await decideOnLost(deps, pass, {
    planned: seen,
    target,
    remade: () => makePlan(deps, pass, { ...scope, exportsOf: exportsNow(), remakes: true }),
  });
  const held = await awaitApproval(deps, pass, { planned, target });
  if (held)
    return show(
      deps,
      pass,
      { target, where, graph, planned },
      { ...held, drift: driftIn(pass.object, planned) },
    );
  const drift = driftIn(pass.object, planned);
  const outcomes = await execute(deps, pass, {
    account,
    target,
    graph,
    planned,
    adoptions,
    exportsNow,
    where,
    drift,
  });
  const memory = settle(memoryOf(pass.object.status), outcomes);
  const left = makePlan(deps, pass, { ...scope, exportsOf: exportsNow(), remakes }, memory);
  return conclude(deps, pass, { target, where, graph, outcomes, memory, left, drift, asks });
}
