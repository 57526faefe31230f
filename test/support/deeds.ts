import type { ContinuousBackupsInputs } from '../../operator/aws/dynamodb/continuous-backups.ts';
import type { LedgerEntry } from '../../k8s-local/aws/admin-client.ts';
import { textOf, type Change } from '../../operator/graph/kind.ts';
import type { Action } from '../../operator/graph/plan.ts';
import { TAG } from '../../operator/graph/ownership.ts';
import {
  type Deed,
  deleted,
  fields,
  gone,
  made,
  type Outcome,
  Parameters,
  set,
  tagDeeds,
  written,
} from './deed-words.ts';
import { NETWORK_READINGS, type Permission, rulesIn } from './deeds-networks.ts';
import { HIDDEN, restoredOf, STORE_FACETS, STORE_READINGS, wantedOf } from './deeds-stores.ts';

/** The deeds of one call. Throws where nobody wrote down what such a call says: then write it down. */
export function deedsOfCall(call: LedgerEntry, after: Outcome): Deed[] {
  const reading = (STORE_READINGS[call.service ?? ''] ?? NETWORK_READINGS)[call.action ?? ''];
  if (!reading) throw new Error(`what ${call.action} says is not written down in test/support/deeds-*.ts`);
  const params = new Parameters(call.params);
  const deeds = reading(params, after);
  return [...deeds, ...params.left().map((left) => `${call.action} also says ${left}`)];
}

/** The input that names what a facet is a part of. */
const FACETS: Readonly<Record<string, string>> = {
  ...STORE_FACETS,
  VpcAttributes: 'vpcId',
  VpcCidrs: 'vpcId',
  DhcpOptionsAssociation: 'vpcId',
  InternetGatewayAttachment: 'internetGatewayId',
  Routes: 'routeTableId',
  RouteTableAssociation: 'subnetId',
  NetworkAclEntries: 'networkAclId',
  SecurityGroupRules: 'groupId',
  RolePolicies: 'roleName',
};

/** One action of a plan, with every reference in it resolved. */
export interface PlannedAction {
  readonly owner: string;
  readonly action: Action;
  /** Of the node, for a create. */
  readonly tags: Readonly<Record<string, string>>;
  /** Ids of all that the same plan deletes. */
  readonly doomed: ReadonlySet<string>;
}

/** The deeds that an action of a plan announces. */
export function deedsOfAction({ owner, action, tags, doomed }: PlannedAction, after: Outcome): Deed[] {
  if (action.verb === 'delete') return [deleted(action.id), ...lettingGo(action, doomed)];
  if (action.verb !== 'create' && action.verb !== 'update') return [`${action.verb} ${action.node}`];
  if (action.verb === 'create') {
    const id = after.idOf(owner, action.node);
    const revision = action.revision === undefined ? {} : { [TAG.revision]: action.revision };
    const inputs = action.inputs as Readonly<Record<string, unknown>>;
    // A gateway endpoint has no private names, and so is not told to have none; who chose an address, AWS is not told.
    const { privateDns, isGiven: _, ...others } = inputs;
    const sent =
      inputs['type'] === 'Gateway' || privateDns === undefined ? others : { ...others, privateDns };
    const said = restoredOf(action.type, wantedOf(action.type, inputs) ?? sent);
    return [
      made(id, action.type),
      ...fields(id, said.wanted),
      ...tagDeeds(id, { ...tags, ...said.tags, ...revision }),
    ];
  }
  const { type, changes } = action;
  const inputs = action.inputs as Readonly<Record<string, unknown>>;
  const subject =
    type === 'NetworkAclAssociation' ? 'a subnet' : textOf(inputs[FACETS[type] ?? ''] ?? action.id);
  // What is late and names a thing that goes is done by that thing's delete.
  const isDoneByDelete = ({ late, from }: Change) => late === true && doomed.has(textOf(from));
  return changes
    .filter((change) => !isDoneByDelete(change))
    .map(({ path, to }) =>
      HIDDEN.has(type)
        ? written(subject, path)
        : to === undefined
          ? gone(subject, path)
          : set(subject, path, to),
    );
}

/**
 * What an update may say again of a node beside what it changes: no diff finds a difference there, so nothing becomes of it. AWS
 * takes some settings only together.
 */
export function restatedOf(type: string, id: string | undefined, inputs: object): Deed[] {
  if (type === 'ContinuousBackups')
    return fields((inputs as ContinuousBackupsInputs).tableArn, { ...inputs });
  return id === undefined ? [] : fields(id, wantedOf(type, inputs) ?? {});
}

/** What a thing lets go of before it can be deleted: part of the delete, though no plan prints it. */
function lettingGo(action: Action & { verb: 'delete' }, doomed: ReadonlySet<string>): Deed[] {
  const { type, id } = action;
  if (type === 'SecurityGroup') {
    const group = action.record as { IpPermissions?: Permission[]; IpPermissionsEgress?: Permission[] };
    const towards = (direction: string, permissions: readonly Permission[] = []) =>
      rulesIn(
        permissions.map(({ IpProtocol, FromPort, ToPort, UserIdGroupPairs }) => ({
          IpProtocol,
          ...(FromPort !== undefined && { FromPort }),
          ...(ToPort !== undefined && { ToPort }),
          UserIdGroupPairs: UserIdGroupPairs?.map(({ GroupId }) => ({ GroupId })) ?? [],
        })),
      ).map(({ rule }) => gone(id, `${direction}[${rule}]`));
    return [...towards('ingress', group.IpPermissions), ...towards('egress', group.IpPermissionsEgress)];
  }
  if (type === 'InternetGateway') {
    const { Attachments = [] } = action.record as { Attachments?: unknown[] };
    return Attachments.map(() => gone(id, 'vpcId'));
  }
  if (type === 'Role') {
    const { RolePolicyList = [] } = action.record as { RolePolicyList?: { PolicyName?: string }[] };
    return RolePolicyList.map(({ PolicyName }) => gone(id, `policies[${PolicyName}]`));
  }
  if (type === 'BackupPlan') return [gone(id, 'selection')];
  if (type === 'NetworkAcl') {
    const { Associations = [] } = action.record as { Associations?: { SubnetId?: string }[] };
    return Associations.filter(({ SubnetId = '' }) => !doomed.has(SubnetId)).map(() =>
      set('a subnet', 'networkAclId', 'the default ACL'),
    );
  }
  return [];
}
