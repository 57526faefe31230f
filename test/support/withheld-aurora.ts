import { CreateDBClusterParameterGroupCommand } from '@aws-sdk/client-rds';
import { bounded, policyFor } from './least-privilege.ts';
import { serviceAccount } from './manifests.ts';
import { act, anew, another, drift, orphanTags, type Provocation } from './provocation.ts';
import { fullAurora, storeInNetwork, storeNetwork } from './store-manifests.ts';
import { secretProvocations } from './withheld-secrets.ts';
import { actionsOf } from './withheld-suite.ts';

/** Nothing is kept of it, so that nothing is left. */
export const passingAurora = {
  ...fullAurora,
  spec: { ...(fullAurora.spec as object), deletionPolicy: 'Delete' },
};
/** Its password is RDS's own. */
export const anotherAurora = storeInNetwork('another', {
  deletionPolicy: 'Delete',
  auroraPostgresql: { credentials: { mode: 'Generated' } },
});

/** Of the deletion of a store, which nothing but that of its object brings about: datastore-aurora.test.ts. */
const OF_THE_END = new Set([
  'rds:CreateDBClusterSnapshot',
  'rds:DeleteDBCluster',
  'rds:DescribeDBClusterSnapshots',
]);

/** The actions that a cluster and its password need besides those of a database by itself, and the end of a member, which such a one has not. */
export async function actionsOfAurora(): Promise<string[]> {
  const all = actionsOf(await policyFor([bounded(serviceAccount), storeNetwork, fullAurora]));
  return all.filter(
    (action) =>
      /^(rds:(.*DBCluster|DeleteDBInstance$)|secretsmanager:)/.test(action) && !OF_THE_END.has(action),
  );
}

const orphanParameters = act((at) =>
  at.rds.send(
    new CreateDBClusterParameterGroupCommand({
      DBClusterParameterGroupName: 'orphan',
      DBParameterGroupFamily: 'aurora-postgresql15',
      Description: 'orphan',
      Tags: Object.entries(orphanTags(fullAurora)).map(([Key, Value]) => ({ Key, Value })),
    }),
  ),
);

/** For each action that a cluster needs besides, what makes the operator need it. */
export const AURORA_PROVOCATIONS: Readonly<Record<string, Provocation>> = {
  'rds:CreateDBCluster': another,
  'rds:CreateDBClusterParameterGroup': another,
  'rds:DeleteDBClusterParameterGroup': orphanParameters,
  'rds:DeleteDBInstance': { how: 'edit', spec: { auroraPostgresql: { instances: 1 } } },
  'rds:DescribeDBClusterParameterGroups': anew,
  'rds:DescribeDBClusterParameters': anew,
  'rds:DescribeDBClusters': anew,
  'rds:ModifyDBCluster': drift('DbCluster', 'backupDays changed'),
  'rds:ModifyDBClusterParameterGroup': drift('DbClusterParameters', 'parameters[*] changed'),
  'rds:ResetDBClusterParameterGroup': drift(
    'DbClusterParameters',
    'parameters[*] extra (somebody has set one)',
  ),
  ...secretProvocations(fullAurora),
};
