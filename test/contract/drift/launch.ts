import * as ec2 from '@aws-sdk/client-ec2';
import {
  AddRoleToInstanceProfileCommand,
  CreateRoleCommand,
  DeleteInstanceProfileCommand,
  DeleteRoleCommand,
  RemoveRoleFromInstanceProfileCommand,
  TagInstanceProfileCommand,
  UntagInstanceProfileCommand,
} from '@aws-sdk/client-iam';
import { type Case, type Cases, type DriftCase, type DriftContext, id, one, refused } from './case.ts';

export const TEMPLATE = 'launch-template';
const PROFILE = 'instance-profile';

/** A node that somebody changes by one call. */
export const drift = (node: string, act: (at: DriftContext) => Promise<unknown>): DriftCase => ({
  node,
  drift: async (at) => void (await act(at)),
});

/** The three ways in which tags drift, by how a service sets one and takes one away. */
export function tags(
  node: string,
  set: (at: DriftContext, tag: { Key: string; Value: string }) => Promise<unknown>,
  unset: (at: DriftContext, key: string) => Promise<unknown>,
): Record<string, Case> {
  return {
    'tags missing': drift(node, (at) => unset(at, 'project')),
    'tags extra': drift(node, (at) => set(at, { Key: 'stray', Value: 'yes' })),
    'tags changed': drift(node, (at) => set(at, { Key: 'project', Value: 'somebody-else' })),
  };
}

/** Instances are started from somebody's version, which says something else than ours. */
const version = (
  change: (now: ec2.ResponseLaunchTemplateData) => ec2.ResponseLaunchTemplateData,
  VersionDescription?: string,
): DriftCase =>
  drift(TEMPLATE, async (at) => {
    const LaunchTemplateId = id(at, TEMPLATE);
    const found = await at.ec2.send(
      new ec2.DescribeLaunchTemplateVersionsCommand({ LaunchTemplateId, Versions: ['$Default'] }),
    );
    const { LaunchTemplateData: now = {} } = one(found.LaunchTemplateVersions, 'version');
    const made = await at.ec2.send(
      new ec2.CreateLaunchTemplateVersionCommand({
        LaunchTemplateId,
        VersionDescription,
        LaunchTemplateData: change(now) as ec2.RequestLaunchTemplateData,
      }),
    );
    const DefaultVersion = String(made.LaunchTemplateVersion?.VersionNumber);
    await at.ec2.send(new ec2.ModifyLaunchTemplateCommand({ LaunchTemplateId, DefaultVersion }));
  });

/** A version without one of the things that ours says. */
const without = (field: keyof ec2.ResponseLaunchTemplateData): DriftCase =>
  version(({ [field]: _, ...others }) => others);

/** The instances have the role of somebody. */
const strayRole: DriftCase = {
  node: PROFILE,
  // Between the two calls it holds no role, and one that is put back leaves no room for another.
  unseen: true,
  async drift(at) {
    const [InstanceProfileName, RoleName] = [id(at, PROFILE), 'stray'];
    const AssumeRolePolicyDocument =
      '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}';
    await at.iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }));
    await at.iam.send(
      new RemoveRoleFromInstanceProfileCommand({ InstanceProfileName, RoleName: id(at, 'role/instance') }),
    );
    await at.iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName, RoleName }));
    return () => at.iam.send(new DeleteRoleCommand({ RoleName }));
  },
};

/** For what instances are started from, as `driftCases` has them for a network's. */
export const launchCases: Cases = {
  LaunchTemplate: {
    ...tags(
      TEMPLATE,
      (at, tag) => at.ec2.send(new ec2.CreateTagsCommand({ Resources: [id(at, TEMPLATE)], Tags: [tag] })),
      (at, Key) => at.ec2.send(new ec2.DeleteTagsCommand({ Resources: [id(at, TEMPLATE)], Tags: [{ Key }] })),
    ),
    'image changed': version((now) => ({ ...now, ImageId: 'ami-0123456789abcdef0' })),
    'image missing': without('ImageId'),
    'instanceProfileArn changed': version(({ IamInstanceProfile: profile, ...others }) => ({
      ...others,
      IamInstanceProfile: { Arn: `${profile?.Arn}-stray` },
    })),
    'instanceProfileArn missing': without('IamInstanceProfile'),
    'securityGroupIds changed': version(({ SecurityGroupIds = [], ...others }) => ({
      ...others,
      SecurityGroupIds: SecurityGroupIds.slice(1),
    })),
    'securityGroupIds missing': without('SecurityGroupIds'),
    'volume changed': version(({ BlockDeviceMappings = [], ...others }) => ({
      ...others,
      BlockDeviceMappings: BlockDeviceMappings.map((one) => ({
        ...one,
        Ebs: { ...one.Ebs, Encrypted: false },
      })),
    })),
    'volume missing': without('BlockDeviceMappings'),
    'metadata changed (the old metadata service answers)': version((now) => ({
      ...now,
      MetadataOptions: { ...now.MetadataOptions, HttpTokens: 'optional' },
    })),
    'metadata missing': without('MetadataOptions'),
    'userData changed': version((now) => ({ ...now, UserData: 'ZWNobyBtaW5l' })),
    'userData missing': without('UserData'),
    'content changed': version((now) => now, 'mine'),
    'content missing': version((now) => now),
    deleted: {
      ...drift(TEMPLATE, (at) =>
        at.ec2.send(new ec2.DeleteLaunchTemplateCommand({ LaunchTemplateId: id(at, TEMPLATE) })),
      ),
      // It is also looked for by its id, in case it only lost its tags.
      refreshes: 4,
    },
  },
  InstanceProfile: {
    ...tags(
      PROFILE,
      (at, tag) =>
        at.iam.send(new TagInstanceProfileCommand({ InstanceProfileName: id(at, PROFILE), Tags: [tag] })),
      (at, key) =>
        at.iam.send(
          new UntagInstanceProfileCommand({ InstanceProfileName: id(at, PROFILE), TagKeys: [key] }),
        ),
    ),
    'roleName missing': drift(PROFILE, (at) =>
      at.iam.send(
        new RemoveRoleFromInstanceProfileCommand({
          InstanceProfileName: id(at, PROFILE),
          RoleName: id(at, 'role/instance'),
        }),
      ),
    ),
    'roleName changed': strayRole,
    deleted: refused('DeleteConflictException', (at) =>
      at.iam.send(new DeleteInstanceProfileCommand({ InstanceProfileName: id(at, PROFILE) })),
    ),
  },
};
