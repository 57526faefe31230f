import { describe, expect, it } from 'vitest';
import type { PlanApproval } from '../../../operator/api/plan-approval.ts';
import { approvalAfter } from '../../../operator/controllers/approvals.ts';
import { decideOnLost } from '../../../operator/controllers/lost-stores.ts';
import type { Pass, ResourceDeps } from '../../../operator/controllers/pass.ts';
import type { GraphObject } from '../../../operator/controllers/resource-status.ts';
import type { Target } from '../../../operator/controllers/target.ts';
import type { Action, Plan } from '../../../operator/graph/plan.ts';
import { silent } from '../../support/silent-log.ts';

const base = { node: 'table', type: 'Table', changes: [], wants: 'w1' };
const refuse: Action = { ...base, verb: 'refuse', id: 'orders', reason: 'StoreLost', message: 'it is gone' };
const remake: Action = { ...base, verb: 'create', inputs: {}, former: 'orders', remade: true };
const other: Action = {
  verb: 'delete',
  node: 'alarm',
  type: 'Alarm',
  id: 'a',
  changes: [],
  record: {},
  waitsFor: [],
  superseded: false,
};
const planOf = (...actions: Action[]): Plan => ({
  owner: 'DataStore/team/orders',
  actions,
  standing: [],
  facets: [],
});
const STANDS: Plan = {
  ...planOf(other),
  standing: [{ node: 'table', type: 'Table', id: 'orders', state: { phase: 'ready' }, outputs: {} }],
};

/** As a JSON merge patch. */
function merged(before: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch ?? undefined;
  const after = { ...(before as Record<string, unknown> | undefined) };
  for (const [key, value] of Object.entries(patch)) after[key] = merged(after[key], value);
  return after;
}

/** An operator that knows one object and these approvals, over passes. */
function operator(approval: 'Auto' | 'Manual' = 'Auto') {
  const approvals: PlanApproval[] = [];
  let object: GraphObject = {
    apiVersion: 'landfall.dev/v1alpha1',
    kind: 'DataStore',
    metadata: { name: 'orders', namespace: 'team', generation: 1 },
    spec: { accountRef: { name: 'main' }, region: 'us-east-1', approval },
    status: { observedGeneration: 1 },
  };
  const find = (name: string) => approvals.find(({ metadata }) => metadata.name === name);
  const deps = {
    approvals: {
      list: () => approvals,
      get: (key: string) => find(key.split('/')[1] ?? ''),
      observe: () => {},
    },
    client: {
      get: (path: string) => Promise.resolve(find(path.split('/').at(-1) ?? '')),
      mergePatch: (path: string, { status }: { status: object }) => {
        const at = approvals.findIndex(({ metadata }) => path.includes(`planapprovals/${metadata.name}/`));
        const known = approvals[at];
        if (known)
          return Promise.resolve((approvals[at] = { ...known, status: { ...known.status, ...status } }));
        object = { ...object, status: merged(object.status, status) as GraphObject['status'] };
        return Promise.resolve(object);
      },
    },
    clock: { date: () => new Date(0), now: () => 0 },
    events: { record: () => {}, flush: () => Promise.resolve() },
    log: silent,
    assertLeading: () => {},
  } as unknown as ResourceDeps;
  const target = {} as Target;
  return {
    decide: (planned = planOf(refuse, other), whole = planOf(remake, other)) => {
      const pass = {
        path: '/orders',
        informer: { observe: () => {} },
        log: silent,
        object,
      } as unknown as Pass<GraphObject>;
      return decideOnLost(deps, pass, { planned, target, remade: () => whole });
    },
    conclude: (left: Plan) => {
      object = { ...object, status: { ...object.status, approval: approvalAfter(object.status, left) } };
    },
    approve: (name: string, planHash: string) =>
      approvals.push({
        apiVersion: 'landfall.dev/v1alpha1',
        kind: 'PlanApproval',
        metadata: { name, namespace: 'team', uid: name },
        spec: { resourceRef: { kind: 'DataStore', name: 'orders' }, planHash },
        status: {},
      }),
    used: (name: string) => find(name)?.status.usedTime !== undefined,
    state: () => object.status.approval?.state,
  };
}

describe('a store that is gone', () => {
  it('is left alone, and what would make it anew can be approved by its hash; the rest goes on', async () => {
    const { decide } = operator();
    const { planned, remakes, asks } = await decide();
    expect([planned.actions, remakes]).toEqual([[refuse, other], false]);
    expect(asks).toMatchObject({
      summary: '1 to create, 0 to update, 0 to replace, 0 to delete',
      actions: [{ step: 'create table' }],
    });
    // What else is to be done has no part in the hash.
    expect((await decide(planOf(refuse), planOf(remake))).asks?.hash).toBe(asks?.hash);
  });

  it('is made anew once for one approval, also after a crash in between', async () => {
    const { decide, approve, used, conclude, state } = operator();
    const hash = (await decide()).asks?.hash ?? '';
    approve('wrong', 'p0000000000000000');
    expect((await decide()).remakes).toBe(false);
    approve('yes', hash);
    expect(await decide()).toEqual({ planned: planOf(remake, other), remakes: true });
    expect([used('yes'), used('wrong')]).toEqual([true, false]);
    expect((await decide()).remakes).toBe(true);
    conclude(STANDS);
    expect((await decide()).remakes).toBe(false);
    approve('again', hash);
    expect((await decide()).remakes).toBe(true);
    conclude({ ...STANDS, actions: [] });
    expect(state()).toBe('Done');
  });

  it('is part of the whole plan where every plan waits', async () => {
    const { decide } = operator('Manual');
    expect(await decide()).toEqual({ planned: planOf(remake, other), remakes: true });
  });

  it('asks nobody while it stands', async () => {
    expect(await operator().decide(planOf(other))).toEqual({ planned: planOf(other), remakes: false });
  });
});
