import { ownerOfKey, type ObjectKey, type References } from '../compile/references.ts';
import type { Kinds, World } from '../graph/kind.ts';
import { dataStoreKind } from './data-store.ts';
import { ecsServiceKind } from './ecs-service.ts';
import type { AnyGraphKind, GraphKind } from './pass.ts';
import { privateLinkKind } from './private-link-endpoint.ts';
import type { GraphObject } from './resource-status.ts';
import { secureVpcKind } from './secure-vpc.ts';
import type { Session, TargetType } from './target.ts';

/** Every kind that makes things. */
export const GRAPH_KINDS: readonly AnyGraphKind[] = [
  secureVpcKind,
  ecsServiceKind,
  privateLinkKind,
  dataStoreKind,
];

/** The kind of an object. Throws where there is none: an error of the program. */
export function graphKindOf(kind: string): AnyGraphKind {
  const found = GRAPH_KINDS.find((known) => known.kind === kind);
  if (!found) throw new Error(`${kind} makes nothing`);
  return found;
}

/** What has to be read of AWS for an object: its own things, and those of what it refers to, most of which are in the same account. */
export function kindsFor<T extends GraphObject>(kind: GraphKind<T>, object: T): Kinds<Session> {
  const referred = kind.references(object).map((reference) => graphKindOf(reference.kind).on.aws.nodeKinds);
  return new Map([kind.on.aws.nodeKinds, ...referred].flatMap((kinds) => [...kinds]));
}

/** Whether anything of an object depends on an Account, by its name. */
export function isAbout(object: GraphObject, account: string): boolean {
  const others = graphKindOf(object.kind).accounts?.(object) ?? [];
  return object.spec.accountRef.name === account || others.includes(account);
}

/** Keys of the objects that have to know of this one to let it in, as `PrivateLinkEndpoint/team/api`. */
export function providersOf(object: GraphObject): string[] {
  return graphKindOf(object.kind)
    .references(object)
    .filter(({ kind }) => graphKindOf(kind).admits === object.kind)
    .map(ownerOfKey);
}

/** The objects that an object may refer to, all on one sort of target, as its compiler wants them; `worldOf` says where each stands. */
export function referencesFrom({
  type,
  find,
  worldOf,
  advice,
}: {
  readonly type: TargetType;
  readonly find: (key: ObjectKey) => GraphObject | undefined;
  readonly worldOf: (key: ObjectKey) => World<Session>;
  readonly advice: string;
}): References {
  return {
    advice,
    find(kind, namespace, name) {
      const key = { kind, namespace, name };
      const object = find(key);
      if (!object) return undefined;
      const of = graphKindOf(kind);
      // Which type belongs to which kind is said where the kinds are listed.
      return of.on[type].recall(of.parse(object), worldOf(key)) as never;
    },
  };
}
