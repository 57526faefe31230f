import type { Kinds, Permission } from '../graph/kind.ts';
import { localKinds } from './kinds.ts';
import type { LocalSession } from './session.ts';

/** A rule of a ClusterRole. */
export interface PolicyRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

const VERBS = ['get', 'list', 'create', 'patch', 'delete'];

/** What a ClusterRole has to allow for all of these kinds; resources of a group with equal verbs stand in one rule. */
export function localRules(kinds: Kinds<LocalSession> = localKinds): PolicyRule[] {
  const permissions = [...kinds.values()].flatMap(({ iam, neededIam = [], collection }): Permission[] => [
    ...iam,
    ...neededIam,
    ...collection.iam,
  ]);
  const verbs = new Map<string, Set<string>>();
  for (const { action } of permissions) {
    const [sort = '', verb = ''] = action.split(':');
    verbs.set(sort, (verbs.get(sort) ?? new Set()).add(verb));
  }
  const rules = Map.groupBy([...verbs].sort(byName), ([sort, of]) => {
    const [group = ''] = sort.split('/');
    return `${group} ${ordered(of).join()}`;
  });
  return [...rules.values()].flatMap((sorts) => {
    const [first] = sorts;
    if (!first) return [];
    const [group = ''] = first[0].split('/');
    return {
      apiGroups: [group === 'core' ? '' : group],
      resources: sorts.map(([sort]) => sort.split('/')[1] ?? ''),
      verbs: ordered(first[1]),
    };
  });
}

function ordered(verbs: ReadonlySet<string>): string[] {
  return [...verbs].sort((a, b) => VERBS.indexOf(a) - VERBS.indexOf(b));
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}
