import { GetRoleCommand } from '@aws-sdk/client-iam';
import { Waiting } from '../../errors.ts';
import { isPassRefused } from '../errors.ts';
import type { AwsSession } from '../session.ts';
import { nameIn } from './shared.ts';

/** How old a role has to be until a refusal to pass it on is believed, in milliseconds. */
const YOUNG_MS = 120_000;

/**
 * A call that passes roles on. For some seconds after a role was made AWS refuses to pass it on as if no policy allowed
 * it (terraform-aws-modules/terraform-aws-ecs#414): that is waited for.
 */
export async function unlessTooYoung<T>(
  session: AwsSession,
  roles: readonly (string | undefined)[],
  call: Promise<T>,
): Promise<T> {
  try {
    return await call;
  } catch (error) {
    if (!isPassRefused(error)) throw error;
    for (const arn of roles) {
      if (arn === undefined || !(await isYoung(session, nameIn(arn)))) continue;
      throw new Waiting(
        'WaitingForAws',
        `role ${nameIn(arn)} was made a moment ago, and AWS does not let it be passed on everywhere yet`,
        { cause: error },
      );
    }
    throw error;
  }
}

async function isYoung(session: AwsSession, RoleName: string): Promise<boolean> {
  const { Role: role } = await session.iam.send(new GetRoleCommand({ RoleName }));
  return role?.CreateDate !== undefined && Date.now() - role.CreateDate.getTime() < YOUNG_MS;
}
