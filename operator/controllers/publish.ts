import type { Standing } from '../graph/plan.ts';
import { NotLeader } from '../kube/leader.ts';
import type { Pass, ResourceDeps } from './pass.ts';
import type { GraphObject } from './resource-status.ts';
import type { Target } from './target.ts';
import type { Verdict } from './verdict.ts';

/** Tells the cluster what stands, beside status. That this cannot be done is said where nothing graver is. */
export async function publish<T extends GraphObject>(
  deps: ResourceDeps,
  pass: Pass<T>,
  at: { readonly target: Target; readonly standing: readonly Standing[]; readonly verdict: Verdict },
): Promise<{ readonly verdict: Verdict; readonly told?: object }> {
  const { target, standing, verdict } = at;
  const { client, assertLeading } = deps;
  try {
    const told = await pass.kind.on[target.type].publish?.({
      client,
      session: target.session,
      object: pass.object,
      standing,
      assertLeading,
    });
    return { verdict, ...(told && { told }) };
  } catch (error) {
    if (error instanceof NotLeader) throw error;
    const own = target.interpret(error);
    const kind = own.kind === 'stalled' ? 'stalled' : 'reconciling';
    const { reason, message } = own;
    return { verdict: verdict.kind === 'ready' ? { kind, reason, message } : verdict };
  }
}
