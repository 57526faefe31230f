import type { AwsSession } from '../aws/session.ts';
import type { ObjectKey, References } from '../compile/references.ts';
import { exportsIn, type Exports, type ExportsOf } from '../graph/exports.ts';
import type { Kinds, World } from '../graph/kind.ts';
import { ecsServiceKind } from './ecs-service.ts';
import type { AnyGraphKind, GraphKind } from './pass.ts';
import type { GraphObject } from './resource-status.ts';
import { secureVpcKind } from './secure-vpc.ts';

/** Every kind that makes things in AWS. */
export const GRAPH_KINDS: readonly AnyGraphKind[] = [secureVpcKind, ecsServiceKind];

/** The kind of an object. Throws where there is none: an error of the program. */
export function graphKindOf(kind: string): AnyGraphKind {
  const found = GRAPH_KINDS.find((known) => known.kind === kind);
  if (!found) throw new Error(`${kind} makes nothing in AWS`);
  return found;
}

/** What has to be read of AWS to plan an object: its own things, and those of what it refers to. */
export function kindsFor<T extends GraphObject>(kind: GraphKind<T>, object: T): Kinds<AwsSession> {
  const referred = kind.references(object).map((reference) => graphKindOf(reference.kind).nodeKinds);
  return new Map([kind.nodeKinds, ...referred].flatMap((kinds) => [...kinds]));
}

/** The objects that an object may refer to, as its compiler wants them. */
export function referencesFrom(
  find: (key: ObjectKey) => GraphObject | undefined,
  world: World<AwsSession>,
  advice: string,
): References {
  return {
    advice,
    find(kind, namespace, name) {
      const object = find({ kind, namespace, name });
      if (!object) return undefined;
      const of = graphKindOf(kind);
      // Which type belongs to which kind is said where the kinds are listed.
      return of.recall(of.parse(object), world) as never;
    },
  };
}

/** Looks up what stands of the things that an object refers to; each owner once. */
export function exportsFrom(world: World<AwsSession>): ExportsOf {
  const known = new Map<string, Exports>();
  return (owner) => {
    const exports =
      known.get(owner) ?? exportsIn(owner, graphKindOf(owner.split('/')[0] ?? '').nodeKinds, world);
    known.set(owner, exports);
    return exports;
  };
}
