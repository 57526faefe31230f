import {
  CreateBackupSelectionCommand,
  DeleteBackupSelectionCommand,
  GetBackupSelectionCommand,
} from '@aws-sdk/client-backup';
import { READY, type Change } from '../../graph/kind.ts';
import { isNotFound, unlessGone } from '../errors.ts';
import { unlessTooYoung } from '../ecs/passed-roles.ts';
import { ROLES } from '../iam/role.ts';
import { must, type AwsCollection, type AwsKind } from '../kind.ts';
import { reads } from '../permissions.ts';
import type { AwsSession } from '../session.ts';
import { backupPlans, selectionsOf } from './plan.ts';
import { nameIn, onOurs } from './shared.ts';

export interface BackupSelectionInputs {
  readonly planArn: string;
  readonly name: string;
  /** The role by which AWS Backup reads what is selected. */
  readonly roleArn: string;
  readonly resourceArn: string;
}

interface Selection {
  readonly id: string;
  /** Name, role and what is selected, in one line. */
  readonly text: string;
}

/** All that a plan selects. */
interface Selections {
  readonly planArn: string;
  readonly selections: readonly Selection[];
}

const backupSelections: AwsCollection<Selections> = {
  name: 'backup/selections',
  lane: 'slow',
  scope: 'region',
  iam: reads('backup:GetBackupSelection', 'backup:ListBackupSelections'),
  parent: backupPlans.name,
  async *list() {},
  get: (session, arns) =>
    Promise.all(arns.map(async (planArn) => ({ planArn, selections: await read(session, planArn) }))),
  id: ({ planArn }) => planArn,
  tags: () => ({}),
};

/** What a plan backs up: one store and nothing else. AWS changes no selection, so that another one takes its place. */
export const backupSelectionKind: AwsKind<BackupSelectionInputs, Selections> = {
  type: 'BackupSelection',
  collection: backupSelections,
  idempotency: 'natural',
  iam: [
    ...onOurs('backup-plan', 'CreateBackupSelection', 'DeleteBackupSelection'),
    {
      action: 'iam:PassRole',
      on: 'anything',
      resource: ROLES,
      when: { 'iam:PassedToService': ['backup.amazonaws.com'] },
    },
    // To tell a role that is too young to be passed on.
    ...reads('iam:GetRole'),
  ],
  after: [],

  find: (view, { planArn }) => view.get(planArn),
  diff(inputs, record) {
    const wanted = selectionText(inputs.name, inputs.roleArn, [inputs.resourceArn]);
    const actual = record?.selections ?? [];
    const kept = actual.find(({ text }) => text === wanted);
    const surplus = actual
      .filter((selection) => selection !== kept)
      .map(({ id, text }): Change => ({ path: `selections[${id}]`, from: text }));
    return kept ? surplus : [...surplus, { path: 'selection', to: wanted }];
  },
  state: () => READY,
  outputs: ({ planArn }) => ({ id: planArn }),
  gone: () => false,
  needs: ({ planArn }) => [planArn],

  async update({ session, wrote }, { planArn, name, roleArn, resourceArn }, _record, changes) {
    const BackupPlanId = nameIn(planArn);
    const surplus = changes.flatMap(({ path }) => /^selections\[(.+)\]$/.exec(path)?.[1] ?? []);
    for (const SelectionId of surplus)
      await unlessGone(session.backup.send(new DeleteBackupSelectionCommand({ BackupPlanId, SelectionId })));
    const made = changes.some(({ path }) => path === 'selection') ? [await select()] : [];
    wrote(backupSelections, planArn, (listed) => ({
      planArn,
      selections: [...(listed?.selections ?? []).filter(({ id }) => !surplus.includes(id)), ...made],
    }));

    // Without a request's id, which would be that of a selection that somebody took away: one made twice is a surplus one.
    async function select(): Promise<Selection> {
      const answer = await unlessTooYoung(
        session,
        [roleArn],
        session.backup.send(
          new CreateBackupSelectionCommand({
            BackupPlanId,
            BackupSelection: { SelectionName: name, IamRoleArn: roleArn, Resources: [resourceArn] },
          }),
        ),
      );
      return {
        id: must(answer.SelectionId, 'SelectionId'),
        text: selectionText(name, roleArn, [resourceArn]),
      };
    }
  },
};

async function read(session: AwsSession, planArn: string): Promise<Selection[]> {
  const BackupPlanId = nameIn(planArn);
  const listed = await selectionsOf(session, BackupPlanId);
  const found = await Promise.all(
    listed.map(async ({ SelectionId }): Promise<Selection[]> => {
      try {
        const { BackupSelection: selection } = await session.backup.send(
          new GetBackupSelectionCommand({ BackupPlanId, SelectionId }),
        );
        const { SelectionName, IamRoleArn, Resources, ...more } = must(selection, 'BackupSelection');
        const text = selectionText(SelectionName, IamRoleArn, Resources ?? [], more);
        return [{ id: must(SelectionId, 'SelectionId'), text }];
      } catch (error) {
        if (isNotFound(error)) return [];
        throw error;
      }
    }),
  );
  return found.flat();
}

/** One line; what else a selection says stands at its end. */
export function selectionText(
  name: string | undefined,
  roleArn: string | undefined,
  resources: readonly string[],
  { ListOfTags: tags = [], NotResources: others = [], Conditions: conditions = {} }: Further = {},
): string {
  const more = [...tags, ...others, ...Object.values(conditions).filter((one) => isSaid(one))];
  const plain = `${name}: ${[...resources].sort().join(', ')} by ${roleArn}`;
  return more.length === 0 ? plain : `${plain}, and ${JSON.stringify(more)}`;
}

/** What Landfall says of no selection. */
interface Further {
  readonly ListOfTags?: readonly object[] | undefined;
  readonly NotResources?: readonly string[] | undefined;
  readonly Conditions?: object | undefined;
}

function isSaid(condition: unknown): boolean {
  return Array.isArray(condition) ? condition.length > 0 : condition !== undefined;
}
