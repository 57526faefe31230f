import {
  CreateBackupPlanCommand,
  DeleteBackupPlanCommand,
  DeleteBackupSelectionCommand,
  GetBackupPlanCommand,
  ListBackupSelectionsCommand,
  UpdateBackupPlanCommand,
  type BackupPlan as Described,
  type BackupSelectionsListMember,
} from '@aws-sdk/client-backup';
import { READY, type Change } from '../../graph/kind.ts';
import { isNotFound, unlessGone } from '../errors.ts';
import { must, pages, type AwsCollection, type AwsKind } from '../kind.ts';
import { NOMINATION_ACTIONS, nominated } from '../nominated.ts';
import { reads } from '../permissions.ts';
import type { AwsSession } from '../session.ts';
import { tagList, tagsOf } from '../tags.ts';
import { asAws, rulesText, type BackupPlanInputs } from './rules.ts';
import { makes, nameIn, onOurs, tagsAt, updateTags, type Tagged } from './shared.ts';

const SORT = 'backup-plan';

interface BackupPlan extends Tagged {
  readonly plan: Described;
}

/** Plans. AWS lists them without their rules, so that each is read by itself. */
export const backupPlans: AwsCollection<BackupPlan> = {
  name: 'backup/plans',
  lane: 'slow',
  scope: 'region',
  iam: [...reads('backup:GetBackupPlan'), ...NOMINATION_ACTIONS],
  async *list(session, installation) {
    for await (const tagged of nominated(session, `backup:${SORT}`, installation)) {
      const found = await Promise.all(
        [...tagged].map(async ([Arn, tags]) => planAt(session, Arn, async () => tags)),
      );
      yield found.filter((plan) => plan !== undefined);
    }
  },
  async get(session, arns) {
    const found = await Promise.all(arns.map((Arn) => planAt(session, Arn, () => tagsAt(session, Arn))));
    return found.filter((plan) => plan !== undefined);
  },
  id: ({ Arn }) => Arn,
  tags: tagsOf,
};

/** When a store is backed up, for how long its recovery points are kept, and where they are copied to. */
export const backupPlanKind: AwsKind<BackupPlanInputs, BackupPlan> = {
  type: 'BackupPlan',
  collection: backupPlans,
  idempotency: 'token',
  iam: [
    ...makes('CreateBackupPlan', SORT),
    ...onOurs(SORT, 'DeleteBackupPlan', 'DeleteBackupSelection', 'UpdateBackupPlan'),
    ...reads('backup:ListBackupSelections'),
  ],
  after: [],

  diff(inputs, record) {
    if (!record) return [];
    const changes: Change[] = [];
    const { BackupPlanName: name, Rules: rules } = record.plan;
    if (name !== inputs.name) changes.push({ path: 'name', from: name, to: inputs.name, replace: true });
    const [from, to] = [rulesText(rules), rulesText(asAws(inputs).Rules)];
    if (from !== to) changes.push({ path: 'rules', from, to });
    return changes;
  },
  state: () => READY,
  outputs: ({ Arn, plan }) => ({ id: Arn, arn: Arn, name: plan.BackupPlanName ?? '' }),
  gone: () => false,
  needs: () => [],

  async create({ session, tags, token }, inputs) {
    const answer = await session.backup.send(
      new CreateBackupPlanCommand({
        BackupPlan: asAws(inputs),
        BackupPlanTags: { ...tags },
        CreatorRequestId: token,
      }),
    );
    return {
      Arn: must(answer.BackupPlanArn, 'BackupPlanArn'),
      plan: asAws(inputs),
      Tags: tagList(tags),
    };
  },
  async update(context, inputs, { Arn }, changes) {
    await updateTags(context, backupPlans, Arn, changes);
    if (!changes.some(({ path }) => path === 'rules')) return;
    const plan = asAws(inputs);
    await context.session.backup.send(
      new UpdateBackupPlanCommand({ BackupPlanId: nameIn(Arn), BackupPlan: plan }),
    );
    context.wrote(backupPlans, Arn, (record) => record && { ...record, plan });
  },
  // AWS keeps a plan that still selects something.
  async delete({ session }, { Arn }) {
    const BackupPlanId = nameIn(Arn);
    for (const { SelectionId } of await selectionsOf(session, BackupPlanId))
      await unlessGone(session.backup.send(new DeleteBackupSelectionCommand({ BackupPlanId, SelectionId })));
    await unlessGone(session.backup.send(new DeleteBackupPlanCommand({ BackupPlanId })));
    return undefined;
  },
};

/** What a plan selects, in brief; nothing where the plan is gone. */
export async function selectionsOf(
  { backup }: AwsSession,
  BackupPlanId: string,
): Promise<BackupSelectionsListMember[]> {
  const found: BackupSelectionsListMember[] = [];
  const all = pages<BackupSelectionsListMember>(async (NextToken) => {
    const answer = await backup.send(
      new ListBackupSelectionsCommand({ BackupPlanId, ...(NextToken !== undefined && { NextToken }) }),
    );
    return { items: answer.BackupSelectionsList, next: answer.NextToken };
  });
  try {
    for await (const page of all) found.push(...page);
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
  return found;
}

async function planAt(
  session: AwsSession,
  Arn: string,
  tags: () => Promise<Readonly<Record<string, string>>>,
): Promise<BackupPlan | undefined> {
  try {
    const answer = await session.backup.send(new GetBackupPlanCommand({ BackupPlanId: nameIn(Arn) }));
    // AWS shows a plan that was deleted for some days.
    if (answer.DeletionDate !== undefined) return undefined;
    return { Arn, plan: must(answer.BackupPlan, 'BackupPlan'), Tags: tagList(await tags()) };
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}
