import { ModifyOptionGroupCommand, type OptionConfiguration } from '@aws-sdk/client-rds';
import { READY, textOf, type Change } from '../../graph/kind.ts';
import type { AwsKind } from '../kind.ts';
import { dbOptionGroups, type DbOptionGroup, type Options } from './option-groups.ts';
import { onOurs, type Tagged } from './shared.ts';

export interface DbOptionsInputs {
  /** The ARN of the group. */
  readonly groupId: string;
  readonly groupName: string;
  /** What is set of each option, by its name, one setting at least; of the rest each has what AWS sets it to. */
  readonly options: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Whether a change is made at once on the server that has the group, and not in its maintenance window. */
  readonly applyImmediately: boolean;
}

/** What is in an option group. The whole of it is the store's: an option that somebody adds is taken out. */
export const dbOptionsKind: AwsKind<DbOptionsInputs, Tagged<DbOptionGroup>> = {
  type: 'DbOptions',
  collection: dbOptionGroups,
  idempotency: 'natural',
  iam: onOurs('ModifyOptionGroup'),
  after: [],

  find: (view, { groupId }) => view.get(groupId),
  diff({ options: wanted }, group) {
    const now = group?.options ?? {};
    return [
      ...Object.entries(wanted).flatMap(([option, settings]) =>
        settingChanges(option, settings, now[option]),
      ),
      ...Object.keys(now)
        .filter((option) => !(option in wanted))
        .map((option): Change => ({ path: `options[${option}]`, from: option })),
    ];
  },
  state: () => READY,
  outputs: ({ arn, name }) => ({ id: arn, name }),
  gone: () => false,
  needs: ({ arn }) => [arn],

  async update({ session, wrote }, { groupId, groupName, applyImmediately }, _group, changes) {
    const included = includedBy(changes);
    const removed = changes.flatMap(({ from, to }) => (to === undefined ? [textOf(from)] : []));
    await session.rds.send(
      new ModifyOptionGroupCommand({
        OptionGroupName: groupName,
        ...(included.length > 0 && { OptionsToInclude: included }),
        ...(removed.length > 0 && { OptionsToRemove: removed }),
        ApplyImmediately: applyImmediately,
      }),
    );
    wrote(
      dbOptionGroups,
      groupId,
      (group) => group && { ...group, options: optionsAfter(group.options, included, removed) },
    );
  },
};

/** What nobody asks for is what AWS sets it to: somebody could have an audit log leave a user out. */
function settingChanges(
  option: string,
  wanted: Readonly<Record<string, string>>,
  now: Options[string] = {},
): Change[] {
  const names = [...new Set([...Object.keys(wanted), ...Object.keys(now)])].sort();
  return names.flatMap((name): Change[] => {
    const { value: from, byDefault = '' } = now[name] ?? {};
    const to = wanted[name] ?? byDefault;
    return from === to
      ? []
      : [{ path: `options[${option}][${name}]`, ...(from !== undefined && { from }), to }];
  });
}

/** The options that are put in or changed, each with those of its settings alone that are another: the others stay as they are. */
function includedBy(changes: readonly Change[]): OptionConfiguration[] {
  const byOption = new Map<string, { Name: string; Value: string }[]>();
  for (const { path, to } of changes) {
    const [, option = '', Name] = /^options\[(\w+)\]\[(\w+)\]$/.exec(path) ?? [];
    if (Name !== undefined)
      byOption.set(option, [...(byOption.get(option) ?? []), { Name, Value: textOf(to) }]);
  }
  return [...byOption].map(([OptionName, OptionSettings]) => ({ OptionName, OptionSettings }));
}

function optionsAfter(
  now: Options,
  included: readonly OptionConfiguration[],
  removed: readonly string[],
): Options {
  const after = new Map(Object.entries(now).filter(([option]) => !removed.includes(option)));
  for (const { OptionName: option = '', OptionSettings: settings = [] } of included) {
    const had = after.get(option) ?? {};
    const set = settings.map(({ Name = '', Value: value = '' }) => [
      Name,
      { value, byDefault: had[Name]?.byDefault ?? '' },
    ]);
    after.set(option, { ...had, ...Object.fromEntries(set) });
  }
  return Object.fromEntries(after);
}
