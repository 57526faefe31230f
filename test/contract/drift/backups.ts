import * as backup from '@aws-sdk/client-backup';
import { type Cases, type DriftCase, type DriftContext, id, one } from './case.ts';

/** The nodes of what backs up a table. */
const VAULT = 'backup-vault';
const PLAN = 'backup-plan';
const SELECTION = 'backup-selection';

const nameIn = (arn: string) => arn.split(':').slice(6).join(':');
const planId = (at: DriftContext) => nameIn(id(at, PLAN));

async function selectionIds(at: DriftContext): Promise<(string | undefined)[]> {
  const asked = new backup.ListBackupSelectionsCommand({ BackupPlanId: planId(at) });
  const { BackupSelectionsList: found = [] } = await at.backup.send(asked);
  return found.map(({ SelectionId }) => SelectionId);
}

async function unselected(at: DriftContext): Promise<void> {
  for (const SelectionId of await selectionIds(at))
    await at.backup.send(new backup.DeleteBackupSelectionCommand({ BackupPlanId: planId(at), SelectionId }));
}

function tags(node: string): Record<string, DriftCase> {
  const changed = (run: (at: DriftContext, ResourceArn: string) => Promise<unknown>): DriftCase => ({
    node,
    drift: async (at) => void (await run(at, id(at, node))),
  });
  const tagged = (Tags: Record<string, string>) =>
    changed((at, ResourceArn) => at.backup.send(new backup.TagResourceCommand({ ResourceArn, Tags })));
  return {
    'tags missing': changed((at, ResourceArn) =>
      at.backup.send(new backup.UntagResourceCommand({ ResourceArn, TagKeyList: ['project'] })),
    ),
    'tags extra': tagged({ stray: 'yes' }),
    'tags changed': tagged({ project: 'somebody-else' }),
  };
}

const planDeleted = async (at: DriftContext) => {
  await unselected(at);
  await at.backup.send(new backup.DeleteBackupPlanCommand({ BackupPlanId: planId(at) }));
};

/** For kinds of AWS Backup, as `driftCases` has them for a network's. */
export const backupsCases: Cases = {
  BackupVault: {
    ...tags(VAULT),
    deleted: {
      node: VAULT,
      drift: async (at) =>
        void (await at.backup.send(
          new backup.DeleteBackupVaultCommand({ BackupVaultName: nameIn(id(at, VAULT)) }),
        )),
    },
  },
  BackupPlan: {
    ...tags(PLAN),
    'rules changed': {
      node: PLAN,
      drift: async (at) => {
        const BackupPlanId = planId(at);
        const { BackupPlan: now } = await at.backup.send(new backup.GetBackupPlanCommand({ BackupPlanId }));
        const { RuleName, TargetBackupVaultName } = one(now?.Rules, 'rule');
        const BackupPlan = {
          BackupPlanName: now?.BackupPlanName,
          Rules: [{ RuleName, TargetBackupVaultName, Lifecycle: { DeleteAfterDays: 1 } }],
        };
        await at.backup.send(new backup.UpdateBackupPlanCommand({ BackupPlanId, BackupPlan }));
      },
    },
    deleted: { node: PLAN, drift: planDeleted },
  },
  BackupSelection: {
    'selection missing': { node: SELECTION, drift: unselected },
    'selections[*] extra': {
      node: SELECTION,
      drift: async (at) => {
        const BackupPlanId = planId(at);
        const [SelectionId] = await selectionIds(at);
        const { BackupSelection: now } = await at.backup.send(
          new backup.GetBackupSelectionCommand({ BackupPlanId, SelectionId }),
        );
        const BackupSelection = { SelectionName: 'all', IamRoleArn: now?.IamRoleArn, Resources: ['*'] };
        await at.backup.send(new backup.CreateBackupSelectionCommand({ BackupPlanId, BackupSelection }));
      },
    },
  },
};

export const backupsAlwaysSaid = { BackupSelection: ['selections[*]'] };
