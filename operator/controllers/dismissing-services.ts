import type { DataStore } from '../api/data-store.ts';
import { rulesOf } from '../aws/ec2/security-group-permissions.ts';
import { securityGroups } from '../aws/ec2/security-group.ts';
import type { AwsSession } from '../aws/session.ts';
import { ownerOf } from '../compile/names.ts';
import { nodeBuilder } from '../compile/nodes.ts';
import type { GraphNode } from '../graph/graph.ts';
import type { World } from '../graph/kind.ts';
import { ownerTag } from '../graph/ownership.ts';

/** The rules of a store’s group as they are, less those of services that go: AWS deletes no group that a rule names. */
export function dismissingServices(
  store: DataStore,
  world: World<AwsSession>,
  going: readonly string[],
): GraphNode[] {
  const groupsOf = (owner: string) => world.view(securityGroups).ownedBy(ownerTag(owner));
  const leaving = new Set(going.flatMap(groupsOf).map(({ GroupId }) => GroupId));
  return groupsOf(ownerOf(store)).map((group) =>
    nodeBuilder(() => ({})).facet('SecurityGroupRules', `security-group-rules/${group.GroupId}`, {
      groupId: group.GroupId ?? '',
      ingress: rulesOf(group, 'ingress').filter(({ peer }) => !leaving.has(peer)),
      egress: rulesOf(group, 'egress'),
    }),
  );
}
