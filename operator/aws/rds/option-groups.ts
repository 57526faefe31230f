import { DescribeOptionGroupsCommand, type Option, type OptionGroup } from '@aws-sdk/client-rds';
import { must, pages, type AwsCollection } from '../kind.ts';
import { chosen, NOMINATION_ACTIONS, nominated } from '../nominated.ts';
import { reads } from '../permissions.ts';
import { tagsOf } from '../tags.ts';
import { existing, nameIn, PAGE, withTags, type Tagged } from './shared.ts';

/** What an option is set to, and what AWS sets it to by itself. */
export interface OptionSetting {
  readonly value: string;
  readonly byDefault: string;
}

/** The settings of options, by the option's name and theirs. */
export type Options = Readonly<Record<string, Readonly<Record<string, OptionSetting>>>>;

/** A group of options as it is described. */
export interface DbOptionGroup {
  readonly name: string;
  readonly arn: string;
  readonly engine: string;
  readonly majorVersion: string;
  readonly description: string;
  readonly options: Options;
}

/** Option groups. AWS lists them without tags, which the tagging API knows. */
export const dbOptionGroups: AwsCollection<Tagged<DbOptionGroup>> = {
  name: 'rds/option-groups',
  lane: 'fast',
  scope: 'region',
  iam: [...reads('rds:DescribeOptionGroups'), ...NOMINATION_ACTIONS],
  async *list(session, installation) {
    const all = pages<OptionGroup>(async (Marker) => {
      const answer = await session.rds.send(
        new DescribeOptionGroupsCommand({ MaxRecords: PAGE, ...(Marker !== undefined && { Marker }) }),
      );
      return { items: answer.OptionGroupsList, next: answer.Marker };
    });
    for await (const tags of nominated(session, 'rds:og', installation))
      for await (const page of all) yield chosen(page.map(described), ({ arn }) => arn, tags);
  },
  async get(session, arns) {
    const found = await existing(arns.map(nameIn), async (OptionGroupName) => {
      const answer = await session.rds.send(new DescribeOptionGroupsCommand({ OptionGroupName }));
      return answer.OptionGroupsList?.map(described);
    });
    return withTags(session, found, ({ arn }) => arn);
  },
  id: ({ arn }) => arn,
  tags: tagsOf,
};

function described(group: OptionGroup): DbOptionGroup {
  return {
    name: must(group.OptionGroupName, 'OptionGroupName'),
    arn: must(group.OptionGroupArn, 'OptionGroupArn'),
    engine: group.EngineName ?? '',
    majorVersion: group.MajorEngineVersion ?? '',
    description: group.OptionGroupDescription ?? '',
    options: Object.fromEntries((group.Options ?? []).map((one) => [one.OptionName ?? '', settingsIn(one)])),
  };
}

function settingsIn({ OptionSettings = [] }: Option): Record<string, OptionSetting> {
  return Object.fromEntries(
    OptionSettings.map(({ Name = '', Value: value = '', DefaultValue: byDefault = '' }) => [
      Name,
      { value, byDefault },
    ]),
  );
}
