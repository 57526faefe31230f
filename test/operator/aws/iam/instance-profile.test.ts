import type { InstanceProfile } from '@aws-sdk/client-iam';
import { expect, it } from 'vitest';
import { instanceProfileKind } from '../../../../operator/aws/iam/instance-profile.ts';
import type { AwsSession } from '../../../../operator/aws/session.ts';
import { bearsOut } from '../../../../operator/inventory/canonical.ts';

const inputs = { name: 'jobs', path: '/landfall/team/', roleName: 'jobs' };

it('a role that was put into a profile is believed until a listing shows it, and no longer', async () => {
  const empty = { InstanceProfileName: 'jobs', Path: inputs.path, Roles: [] } as unknown as InstanceProfile;
  let believed: unknown;
  const session = { iam: { send: () => Promise.resolve({}) } } as unknown as AwsSession;
  await instanceProfileKind.update(
    {
      session,
      owner: 'EcsService/team/jobs',
      node: 'instance-profile',
      tags: {},
      token: '',
      keepsCopy: true,
      wrote: (_collection, _id, patch) => {
        believed = patch(empty as never);
      },
    },
    inputs,
    empty,
    instanceProfileKind.diff(inputs, empty),
  );
  const role = {
    RoleName: 'jobs',
    RoleId: 'AROA1',
    Arn: 'arn:aws:iam::123456789012:role/landfall/team/jobs',
    Path: inputs.path,
    CreateDate: new Date(0),
  };
  expect(bearsOut({ ...empty, Roles: [role] }, believed)).toBe(true);
  expect(bearsOut(empty, believed)).toBe(false);
});
