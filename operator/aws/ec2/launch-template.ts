import {
  CreateLaunchTemplateCommand,
  CreateLaunchTemplateVersionCommand,
  DeleteLaunchTemplateCommand,
  DescribeLaunchTemplatesCommand,
  DescribeLaunchTemplateVersionsCommand,
  ModifyLaunchTemplateCommand,
  type LaunchTemplate,
  type LaunchTemplateVersion,
} from '@aws-sdk/client-ec2';
import { READY, type ActionContext } from '../../graph/kind.ts';
import { shortHash, TAG } from '../../graph/ownership.ts';
import { isNotFound, unlessGone } from '../errors.ts';
import { must, pages, type AwsCollection, type AwsKind } from '../kind.ts';
import { makes, onOwn, reads } from '../permissions.ts';
import type { AwsSession } from '../session.ts';
import { tagsOf } from '../tags.ts';
import {
  contentChanges,
  contentOf,
  descriptionOf,
  type LaunchTemplateInputs,
} from './launch-template-content.ts';
import { TAG_ACTIONS, tagSpecification, updateTags } from './shared.ts';

/** The largest page of DescribeLaunchTemplates. */
const PAGE = 200;

/** Of a version what never changes: whether it is the default does. */
type Version = Pick<LaunchTemplateVersion, 'LaunchTemplateData' | 'VersionDescription'>;

/** A launch template with the version that is its default, as far as that has been read. */
export interface DescribedLaunchTemplate extends LaunchTemplate {
  readonly version?: Version;
}

/** Launch templates. No filter takes their ids, and an id that does not exist is an error of the call. */
export const launchTemplates: AwsCollection<DescribedLaunchTemplate> = {
  name: 'ec2/launch-templates',
  lane: 'fast',
  scope: 'region',
  iam: reads('ec2:DescribeLaunchTemplates', 'ec2:DescribeLaunchTemplateVersions'),
  async *list(session, installation) {
    const all = pages<LaunchTemplate>(async (token) => {
      const answer = await session.ec2.send(
        new DescribeLaunchTemplatesCommand({
          Filters: [{ Name: `tag:${TAG.installation}`, Values: [installation] }],
          MaxResults: PAGE,
          ...(token !== undefined && { NextToken: token }),
        }),
      );
      return { items: answer.LaunchTemplates, next: answer.NextToken };
    });
    for await (const page of all)
      yield await Promise.all(page.map((template) => withVersion(session, template)));
  },
  async get(session, ids) {
    const found = await Promise.all(ids.map((id) => read(session, { LaunchTemplateIds: [id] })));
    return found.flatMap((template) => template ?? []);
  },
  id: idOf,
  tags: tagsOf,
};

/**
 * What instances are made from. A version cannot change, so other content is another version, which becomes the default;
 * of which content a version is its description says, as a hash.
 */
export const launchTemplateKind: AwsKind<LaunchTemplateInputs, DescribedLaunchTemplate> = {
  type: 'LaunchTemplate',
  collection: launchTemplates,
  idempotency: 'name',
  iam: [
    ...makes('ec2:CreateLaunchTemplate'),
    ...onOwn('ec2:CreateLaunchTemplateVersion', 'ec2:DeleteLaunchTemplate', 'ec2:ModifyLaunchTemplate'),
    ...TAG_ACTIONS,
  ],
  after: ['AutoScalingGroup'],

  diff(inputs, template) {
    if (!template) return [];
    const name = template.LaunchTemplateName;
    if (name !== inputs.name) return [{ path: 'name', from: name, to: inputs.name, replace: true }];
    return contentChanges(inputs, template.version);
  },
  state: () => READY,
  outputs: (template) => ({
    id: idOf(template),
    name: template.LaunchTemplateName ?? '',
    version: String(must(template.DefaultVersionNumber, 'DefaultVersionNumber')),
  }),
  gone: () => false,
  needs({ version }) {
    const { IamInstanceProfile: profile, SecurityGroupIds = [] } = version?.LaunchTemplateData ?? {};
    const name = profile?.Arn?.split('/').at(-1);
    return [...(name === undefined ? [] : [name]), ...SecurityGroupIds];
  },

  async create({ session, tags }, inputs) {
    const answer = await session.ec2.send(
      new CreateLaunchTemplateCommand({
        LaunchTemplateName: inputs.name,
        VersionDescription: descriptionOf(inputs),
        LaunchTemplateData: contentOf(inputs),
        TagSpecifications: tagSpecification('launch-template', tags),
      }),
    );
    return withVersion(session, must(answer.LaunchTemplate, 'LaunchTemplate'));
  },
  conflicting: (session, { name }) => read(session, { LaunchTemplateNames: [name] }),
  async update(context, inputs, template, changes) {
    await updateTags(context, launchTemplates, idOf(template), changes);
    if (changes.some(({ path }) => !path.startsWith('tags.'))) await renew(context, inputs, template);
  },
  async delete({ session }, template) {
    await unlessGone(session.ec2.send(new DeleteLaunchTemplateCommand({ LaunchTemplateId: idOf(template) })));
    return undefined;
  },
};

/** Makes a version of this content the default. The token is that of the content: one that comes back finds its old version. */
async function renew(
  { session, wrote }: ActionContext<AwsSession>,
  inputs: LaunchTemplateInputs,
  template: DescribedLaunchTemplate,
): Promise<void> {
  const LaunchTemplateId = idOf(template);
  const description = descriptionOf(inputs);
  const answer = await session.ec2.send(
    new CreateLaunchTemplateVersionCommand({
      LaunchTemplateId,
      ClientToken: shortHash(`${LaunchTemplateId} ${description}`, 32),
      VersionDescription: description,
      LaunchTemplateData: contentOf(inputs),
    }),
  );
  const made = must(answer.LaunchTemplateVersion, 'LaunchTemplateVersion');
  const DefaultVersionNumber = must(made.VersionNumber, 'VersionNumber');
  const version = briefOf(made);
  await session.ec2.send(
    new ModifyLaunchTemplateCommand({ LaunchTemplateId, DefaultVersion: String(DefaultVersionNumber) }),
  );
  wrote(
    launchTemplates,
    LaunchTemplateId,
    (record) => record && { ...record, DefaultVersionNumber, version },
  );
}

/** Versions that were read, by session, template and number: they never change, so each is read once. */
const versions = new WeakMap<AwsSession, Map<string, Version>>();

async function withVersion(session: AwsSession, template: LaunchTemplate): Promise<DescribedLaunchTemplate> {
  const known = versions.get(session) ?? new Map<string, Version>();
  versions.set(session, known);
  const number = String(must(template.DefaultVersionNumber, 'DefaultVersionNumber'));
  const key = `${idOf(template)} ${number}`;
  const version = known.get(key) ?? (await readVersion(session, idOf(template), number));
  if (version) known.set(key, version);
  return { ...template, ...(version && { version }) };
}

async function readVersion(
  session: AwsSession,
  LaunchTemplateId: string,
  number: string,
): Promise<Version | undefined> {
  try {
    const answer = await session.ec2.send(
      new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateId, Versions: [number] }),
    );
    const version = answer.LaunchTemplateVersions?.[0];
    return version && briefOf(version);
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

async function read(
  session: AwsSession,
  query: { LaunchTemplateIds: string[] } | { LaunchTemplateNames: string[] },
): Promise<DescribedLaunchTemplate | undefined> {
  try {
    const answer = await session.ec2.send(new DescribeLaunchTemplatesCommand(query));
    const template = answer.LaunchTemplates?.[0];
    return template && (await withVersion(session, template));
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

function briefOf({ LaunchTemplateData, VersionDescription }: LaunchTemplateVersion): Version {
  return {
    ...(LaunchTemplateData && { LaunchTemplateData }),
    ...(VersionDescription !== undefined && { VersionDescription }),
  };
}

function idOf(template: LaunchTemplate): string {
  return must(template.LaunchTemplateId, 'LaunchTemplateId');
}
