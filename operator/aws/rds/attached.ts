import type { VpcSecurityGroupMembership } from '@aws-sdk/client-rds';
import { textOf } from '../../graph/kind.ts';

/** The security groups that an instance or a cluster has, and those that it is being given. */
export function securityGroupsOf({
  VpcSecurityGroups = [],
}: {
  readonly VpcSecurityGroups?: VpcSecurityGroupMembership[] | undefined;
}): string[] {
  return VpcSecurityGroups.filter(({ Status }) => Status !== 'removing').flatMap(
    ({ VpcSecurityGroupId: id }) => id ?? [],
  );
}

/** What waits for the window or a reboot, as lines for people. */
export function pendingLines(values: object | undefined, isRebootDue: boolean): string[] {
  const waiting = Object.entries(values ?? {})
    .filter(([, value]) => value !== undefined)
    .map(([name, value]: [string, unknown]) =>
      typeof value === 'object' ? name : `${name}=${textOf(value)}`,
    );
  return [...waiting.sort(), ...(isRebootDue ? ['parameters, after a reboot'] : [])];
}
