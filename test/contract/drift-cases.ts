import { aclsCases, aclsDeletions } from './drift/acls.ts';
import { attachmentsCases, attachmentsDeletions } from './drift/attachments.ts';
import { backupsAlwaysSaid, backupsCases } from './drift/backups.ts';
import { balancingAlwaysSaid, balancingCases, balancingDeletions } from './drift/balancing.ts';
import { cachesAlwaysSaid, cachesCases } from './drift/caches.ts';
import { capacityAlwaysSaid, capacityCases } from './drift/capacity.ts';
import type { Cases, Deletions } from './drift/case.ts';
import { certificatesAlwaysSaid, certificatesCases } from './drift/certificates.ts';
import { clustersAlwaysSaid, clustersCases } from './drift/clusters.ts';
import { containersAlwaysSaid, containersCases, containersDeletions } from './drift/containers.ts';
import { databasesAlwaysSaid, databasesCases } from './drift/databases.ts';
import { endpointsCases, endpointsDeletions } from './drift/endpoints.ts';
import { firewallCases } from './drift/firewall.ts';
import { groupsCases, groupsDeletions } from './drift/groups.ts';
import { iamCases, iamDeletions } from './drift/iam.ts';
import { logsCases, logsDeletions } from './drift/logs.ts';
import { natCases } from './drift/nat.ts';
import { networkCases, networkDeletions } from './drift/network.ts';
import { providedCases } from './drift/provided.ts';
import { scalingCases, scalingDeletions } from './drift/scaling.ts';
import { routingCases, routingDeletions } from './drift/routing.ts';
import { secretsAlwaysSaid, secretsCases } from './drift/secrets.ts';
import { tablesCases } from './drift/tables.ts';

/**
 * For each kind, how to bring about each change that its `diff` can find, and its loss. The suite fails for a
 * change without a case, and for a case without a change, save those whose name ends in a remark in brackets.
 */
export const driftCases: Cases = {
  ...networkCases,
  ...natCases,
  ...routingCases,
  ...aclsCases,
  ...groupsCases,
  ...endpointsCases,
  ...attachmentsCases,
  ...logsCases,
  ...iamCases,
  ...containersCases,
  ...balancingCases,
  ...capacityCases,
  ...scalingCases,
  ...providedCases,
  ...firewallCases,
  ...certificatesCases,
  ...databasesCases,
  ...cachesCases,
  ...secretsCases,
  ...tablesCases,
  ...clustersCases,
  ...backupsCases,
};

/** By kind, what AWS says of every thing of it, so that it cannot be missing. */
export const alwaysSaid: Readonly<Record<string, readonly string[]>> = {
  ...containersAlwaysSaid,
  ...balancingAlwaysSaid,
  ...capacityAlwaysSaid,
  ...certificatesAlwaysSaid,
  ...databasesAlwaysSaid,
  ...cachesAlwaysSaid,
  ...secretsAlwaysSaid,
  ...clustersAlwaysSaid,
  ...backupsAlwaysSaid,
};

/** For each kind, how any node of it is lost. */
export const deletions: Deletions = {
  ...networkDeletions,
  ...routingDeletions,
  ...aclsDeletions,
  ...groupsDeletions,
  ...endpointsDeletions,
  ...attachmentsDeletions,
  ...logsDeletions,
  ...iamDeletions,
  ...containersDeletions,
  ...balancingDeletions,
  ...scalingDeletions,
};
