import { driftCases } from '../contract/drift-cases.ts';
import type { DriftContext } from '../contract/drift/case.ts';
import { ownershipTags } from '../../operator/graph/ownership.ts';
import type { Manifest } from './world.ts';

/** How what stands comes to need an action. */
export type Provocation =
  /** AWS is changed from outside; what the case itself made is tidied up when the repair is done. */
  | { readonly how: 'drift'; readonly type: string; readonly name: string }
  /** AWS is changed from outside; what has to be undone by hand is undone as soon as the action is allowed. */
  | { readonly how: 'act'; readonly act: (at: DriftContext) => Promise<void | (() => Promise<unknown>)> }
  /** The Account is reached anew, so that everything is read as by an operator that just started. */
  | { readonly how: 'anew' }
  /** The object is edited to what ends stalled for this reason, or else Ready, and then back. */
  | { readonly how: 'edit'; readonly spec: object; readonly ends?: string }
  /** A further object is made, with what the standing one cannot lose. */
  | { readonly how: 'another' };

export const anew: Provocation = { how: 'anew' };
export const another: Provocation = { how: 'another' };

/** A case of the drift suite. Throws where there is none of that name. */
export function drift(type: string, name: string): Provocation {
  if (!(name in (driftCases[type] ?? {}))) throw new Error(`${type} has no drift ${name}`);
  return { how: 'drift', type, name };
}

/** Something that the operator itself undoes. */
export function act(run: (at: DriftContext) => Promise<unknown>): Provocation {
  return { how: 'act', act: async (at) => void (await run(at)) };
}

/** Something that a person undoes, as soon as the action is allowed. */
export function undone(run: (at: DriftContext) => Promise<() => Promise<unknown>>): Provocation {
  return { how: 'act', act: run };
}

/** Tags of a thing that is the object's and that nothing in its spec wants any more. */
export function orphanTags({ kind, metadata }: Manifest): Record<string, string> {
  return ownershipTags('local', `${kind}/${metadata.namespace}/${metadata.name}`, 'orphan');
}
