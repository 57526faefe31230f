import {
  AddRoleToInstanceProfileCommand,
  CreateInstanceProfileCommand,
  DeleteInstanceProfileCommand,
  GetInstanceProfileCommand,
  ListInstanceProfilesCommand,
  RemoveRoleFromInstanceProfileCommand,
  TagInstanceProfileCommand,
  UntagInstanceProfileCommand,
  type InstanceProfile,
  type Role,
} from '@aws-sdk/client-iam';
import { READY, type ActionContext, type Change, type Permission } from '../../graph/kind.ts';
import { TAG } from '../../graph/ownership.ts';
import { tagWrites } from '../../graph/tags.ts';
import { unlessGone } from '../errors.ts';
import { must, pages, type AwsCollection, type AwsKind } from '../kind.ts';
import { onOwn, reads } from '../permissions.ts';
import type { AwsSession } from '../session.ts';
import { retagged, tagList, tagsOf } from '../tags.ts';
import { PASSES_TO_INSTANCES } from './role.ts';

export interface InstanceProfileInputs {
  /** At most 128 characters, unique in the account. */
  readonly name: string;
  /** `/landfall/<namespace>/`. */
  readonly path: string;
  /** The role that instances have. A profile holds one. */
  readonly roleName: string;
}

/** Below it are the profiles of all namespaces, and beside these the claims on the account, which are nobody's things. */
const PATH = '/landfall/';
/** The only profiles that Landfall makes for instances: those one level further down. */
const PROFILES = 'iam::{account}:instance-profile/landfall/*/*';

/** Instance profiles. IAM is one for all regions, and lists them without tags, so that each is read by itself. */
export const instanceProfiles: AwsCollection<InstanceProfile> = {
  name: 'iam/instance-profiles',
  lane: 'slow',
  scope: 'global',
  iam: reads('iam:GetInstanceProfile', 'iam:ListInstanceProfiles'),
  async *list(session, installation) {
    const all = pages<InstanceProfile>(async (Marker) => {
      const answer = await session.iam.send(
        new ListInstanceProfilesCommand({
          PathPrefix: PATH,
          MaxItems: 1000,
          ...(Marker !== undefined && { Marker }),
        }),
      );
      return { items: answer.InstanceProfiles, next: answer.IsTruncated ? answer.Marker : undefined };
    });
    for await (const page of all) {
      const names = page.filter(({ Path }) => Path !== PATH).map(nameOf);
      const found = await instanceProfiles.get(session, names);
      yield found.filter((profile) => tagsOf(profile)[TAG.installation] === installation);
    }
  },
  async get(session, names) {
    const found = await Promise.all(names.map((name) => read(session, name)));
    return found.flatMap((profile) => profile ?? []);
  },
  id: nameOf,
  tags: tagsOf,
};

/** By which instances have a role. */
export const instanceProfileKind: AwsKind<InstanceProfileInputs, InstanceProfile> = {
  type: 'InstanceProfile',
  collection: instanceProfiles,
  idempotency: 'name',
  iam: [
    { action: 'iam:CreateInstanceProfile', on: 'new', resource: PROFILES },
    // With tags, CreateInstanceProfile asks for it too: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags_instance-profiles.html
    { action: 'iam:TagInstanceProfile', on: 'untagged', resource: PROFILES },
    ...onOwn(
      'iam:AddRoleToInstanceProfile',
      'iam:DeleteInstanceProfile',
      'iam:RemoveRoleFromInstanceProfile',
      'iam:TagInstanceProfile',
      'iam:UntagInstanceProfile',
    ).map((permission): Permission => ({ ...permission, resource: PROFILES })),
    PASSES_TO_INSTANCES,
  ],
  after: ['LaunchTemplate'],

  diff(inputs, profile) {
    if (!profile) return [];
    if (nameOf(profile) !== inputs.name)
      return [{ path: 'name', from: nameOf(profile), to: inputs.name, replace: true }];
    const from = roleOf(profile);
    if (from === inputs.roleName) return [];
    return [{ path: 'roleName', ...(from !== undefined && { from }), to: inputs.roleName }];
  },
  state: () => READY,
  outputs: (profile) => ({ id: nameOf(profile), arn: must(profile.Arn, 'Arn') }),
  gone: () => false,
  needs(profile) {
    const role = roleOf(profile);
    return role === undefined ? [] : [role];
  },

  async create({ session, tags }, { name, path }) {
    const answer = await session.iam.send(
      new CreateInstanceProfileCommand({ InstanceProfileName: name, Path: path, Tags: tagList(tags) }),
    );
    return { ...must(answer.InstanceProfile, 'InstanceProfile'), Tags: tagList(tags), Roles: [] };
  },
  conflicting: (session, { name }) => read(session, name),
  async update(context, inputs, profile, changes) {
    const InstanceProfileName = nameOf(profile);
    const { session, wrote } = context;
    await updateTags(context, InstanceProfileName, changes);
    if (!changes.some(({ path }) => path === 'roleName')) return;
    await empty(session, profile);
    const { roleName: RoleName } = inputs;
    await session.iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName, RoleName }));
    // No more than is known: what a listing shows besides is no difference.
    const role = { RoleName } as Role;
    wrote(instanceProfiles, InstanceProfileName, (record) => record && { ...record, Roles: [role] });
  },
  // Only one that holds no role can be deleted.
  async delete({ session }, profile) {
    await empty(session, profile);
    await unlessGone(
      session.iam.send(new DeleteInstanceProfileCommand({ InstanceProfileName: nameOf(profile) })),
    );
    return undefined;
  },
};

async function empty(session: AwsSession, profile: InstanceProfile): Promise<void> {
  const RoleName = roleOf(profile);
  if (RoleName === undefined) return;
  await unlessGone(
    session.iam.send(
      new RemoveRoleFromInstanceProfileCommand({ InstanceProfileName: nameOf(profile), RoleName }),
    ),
  );
}

async function updateTags(
  context: ActionContext<AwsSession>,
  InstanceProfileName: string,
  changes: readonly Change[],
): Promise<void> {
  const writes = tagWrites(changes);
  const Tags = tagList(writes.set);
  const { iam } = context.session;
  if (Tags.length > 0) await iam.send(new TagInstanceProfileCommand({ InstanceProfileName, Tags }));
  if (writes.unset.length > 0)
    await iam.send(new UntagInstanceProfileCommand({ InstanceProfileName, TagKeys: writes.unset }));
  if (Tags.length + writes.unset.length === 0) return;
  context.wrote(instanceProfiles, InstanceProfileName, (record) => record && retagged(record, writes));
}

async function read(session: AwsSession, InstanceProfileName: string): Promise<InstanceProfile | undefined> {
  const answer = await unlessGone(session.iam.send(new GetInstanceProfileCommand({ InstanceProfileName })));
  return answer?.InstanceProfile;
}

function nameOf(profile: InstanceProfile): string {
  return must(profile.InstanceProfileName, 'InstanceProfileName');
}

function roleOf({ Roles = [] }: InstanceProfile): string | undefined {
  return Roles[0]?.RoleName;
}
