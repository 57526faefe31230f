import { GROUP, VERSION } from '../api/common.ts';
import { Terminal, Waiting } from '../errors.ts';
import { hasFinalizer } from '../kube/finalizer.ts';
import type { Informer } from '../kube/informer.ts';
import { NotLeader } from '../kube/leader.ts';
import { resourcePath } from '../kube/path.ts';
import { bringUp } from './bring-up.ts';
import { letGo, managementOf, pause } from './management.ts';
import { noteRefused } from './notes.ts';
import {
  FINALIZER,
  writeStatus,
  type GraphKind,
  type Pass,
  type PassResult,
  type ResourceDeps,
} from './pass.ts';
import type { GraphObject } from './resource-status.ts';
import { tearDown } from './tear-down.ts';
import type { Verdict } from './verdict.ts';

/** Reconciles one resource once: brings it up, or takes down what it has; what stands in the way becomes its status. */
export async function reconcileResource<T extends GraphObject>(
  deps: ResourceDeps,
  kind: GraphKind<T>,
  informer: Informer<T>,
  key: string,
): Promise<PassResult> {
  const object = informer.get(key);
  if (!object) return { verdict: undefined, waitsFor: [], target: undefined };
  const { namespace, name } = object.metadata;
  const path = resourcePath({ group: GROUP, version: VERSION, plural: kind.plural, namespace, name });
  const log = deps.log.child({ generation: object.metadata.generation });
  const pass: Pass<T> = { kind, informer, path, log, seen: object, object };
  const deleting = object.metadata.deletionTimestamp !== undefined;
  if (deleting && !hasFinalizer(object, FINALIZER))
    return { verdict: undefined, waitsFor: [], target: undefined };
  try {
    const management = managementOf(object);
    if (management === 'Pause') return await pause(deps, pass);
    if (deleting && management === 'Observe') return await letGo(deps, pass);
    return await (deleting ? tearDown(deps, pass) : bringUp(deps, pass));
  } catch (error) {
    if (error instanceof NotLeader) throw error;
    const verdict = verdictOfError(error);
    log.info({ verdict }, 'pass ended early');
    if (verdict.kind === 'stalled') noteRefused(deps.events, pass.object, verdict);
    await writeStatus(deps, pass, { verdict });
    if (verdict.reason === 'InternalError') throw error;
    return { verdict, waitsFor: [], target: undefined };
  }
}

function verdictOfError(error: unknown): Exclude<Verdict, { kind: 'ready' }> {
  if (error instanceof Terminal) return { kind: 'stalled', reason: error.reason, message: error.message };
  if (error instanceof Waiting) return { kind: 'reconciling', reason: error.reason, message: error.message };
  const message = error instanceof Error ? error.message : String(error);
  return { kind: 'reconciling', reason: 'InternalError', message };
}
