import type { DBInstance, OptionGroupMembership } from '@aws-sdk/client-rds';

type Member = Pick<DBInstance, 'OptionGroupMemberships'>;

/** Whether it is AWS's own, which a create gets that names none. It is there only once something has it. */
export function isDefaultOptionGroup(name: string): boolean {
  return name.startsWith('default:');
}

/** The option group that an instance has, or is being given. */
export function optionGroupOf({ OptionGroupMemberships: groups = [] }: Member): string | undefined {
  return groups.find(({ Status: status = '' }) => !/remov/.test(status))?.OptionGroupName;
}

/** The memberships as if nothing waited for the maintenance window. */
export function appliedGroups({ OptionGroupMemberships: groups = [] }: Member): OptionGroupMembership[] {
  if (!groups.some(waits)) return groups;
  return groups.filter((one) => !waits(one)).map((one) => ({ ...one, Status: 'in-sync' }));
}

/** The group that comes with the maintenance window, as what is pending is told. */
export function pendingGroup({ OptionGroupMemberships: groups = [] }: Member): { OptionGroupName?: string } {
  const name = groups.find(waits)?.OptionGroupName;
  return name === undefined ? {} : { OptionGroupName: name };
}

function waits({ Status: status = '' }: OptionGroupMembership): boolean {
  return status === 'pending-maintenance-apply';
}
