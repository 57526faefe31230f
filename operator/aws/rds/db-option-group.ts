import { CreateOptionGroupCommand, DeleteOptionGroupCommand } from '@aws-sdk/client-rds';
import { READY } from '../../graph/kind.ts';
import { TAG } from '../../graph/ownership.ts';
import { unlessGone } from '../errors.ts';
import type { AwsKind } from '../kind.ts';
import { generationName } from '../names.ts';
import { tagList, tagsOf } from '../tags.ts';
import { dbOptionGroups, type DbOptionGroup } from './option-groups.ts';
import { OPTION_USERS, optionsNeededStill } from './option-users.ts';
import { fixedChangeOf } from './settings.ts';
import { arnIn, makes, onOurs, TAG_READS, TAG_WRITES, updateTags, type Tagged } from './shared.ts';

/** The longest name of an option group. */
const NAME_MAX = 255;

export interface DbOptionGroupInputs {
  /** At most 255 small letters, digits and hyphens, unique in account and region. */
  readonly name: string;
  readonly engine: string;
  /** As `8.0`: another major version takes another group. */
  readonly majorVersion: string;
  readonly description: string;
}

/**
 * What a server has besides its engine: a plugin that writes its audit log. One of another major version is another group, under
 * another name, until the server has it. It stays as long as a snapshot does that was made with it: AWS restores with that group.
 */
export const dbOptionGroupKind: AwsKind<DbOptionGroupInputs, Tagged<DbOptionGroup>> = {
  type: 'DbOptionGroup',
  collection: dbOptionGroups,
  idempotency: 'name',
  iam: [...makes('CreateOptionGroup', 'og'), ...onOurs('DeleteOptionGroup'), ...TAG_WRITES, ...TAG_READS],
  after: ['DbInstance'],

  diff(inputs, group) {
    if (!group) return [];
    return [
      ...fixedChangeOf('name', group.name, nameOf(inputs, tagsOf(group)[TAG.revision])),
      ...fixedChangeOf('engine', group.engine, inputs.engine),
      ...fixedChangeOf('majorVersion', group.majorVersion, inputs.majorVersion),
      ...fixedChangeOf('description', group.description, inputs.description),
    ];
  },
  state: () => READY,
  outputs: ({ arn, name }) => ({ id: arn, name }),
  gone: () => false,
  needs: () => [],

  async create({ session, tags, revision }, inputs) {
    const name = nameOf(inputs, revision);
    const { engine, majorVersion, description } = inputs;
    await session.rds.send(
      new CreateOptionGroupCommand({
        OptionGroupName: name,
        EngineName: engine,
        MajorEngineVersion: majorVersion,
        OptionGroupDescription: description,
        Tags: tagList(tags),
      }),
    );
    const arn = arnIn(session, 'og', name);
    return { name, arn, engine, majorVersion, description, options: {}, Tags: tagList(tags) };
  },
  async conflicting(session, inputs, revision) {
    const [found] = await dbOptionGroups.get(session, [arnIn(session, 'og', nameOf(inputs, revision))]);
    return found;
  },
  update: (context, _inputs, { arn }, changes) => updateTags(context, dbOptionGroups, arn, changes),
  neededStill: optionsNeededStill,
  neededIam: OPTION_USERS,
  async delete({ session }, { name }) {
    await unlessGone(session.rds.send(new DeleteOptionGroupCommand({ OptionGroupName: name })));
    return undefined;
  },
};

function nameOf({ name }: DbOptionGroupInputs, revision: string | undefined): string {
  return generationName(name, NAME_MAX, revision);
}
