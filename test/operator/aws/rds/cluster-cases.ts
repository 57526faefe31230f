import type { ParameterGroupInputs } from '../../../../operator/aws/rds/parameter-groups.ts';
import type { ParametersInputs } from '../../../../operator/aws/rds/parameters.ts';
import type { Case } from '../case.ts';
import { cluster, describedCluster } from './cluster-record.ts';
import { ARN } from './instance-record.ts';

const group: ParameterGroupInputs = {
  name: 'shop-parameters',
  family: 'aurora-postgresql15',
  description: 'of team/shop',
};
const parameters: ParametersInputs = {
  groupId: `${ARN}:cluster-pg:shop-parameters`,
  groupName: 'shop-parameters',
  family: 'aurora-postgresql15',
  parameters: { 'rds.force_ssl': '1' },
};

export const CLUSTER_CASES: Readonly<Record<string, Case>> = {
  DbClusterParameterGroup: {
    inputs: group,
    record: { ...group, arn: `${ARN}:cluster-pg:shop-parameters`, Tags: [] },
    needs: [],
    changes: [
      [{ name: 'other' }, 'name: shop-parameters -> other (replace)'],
      [{ family: 'aurora-postgresql16' }, 'family: aurora-postgresql15 -> aurora-postgresql16 (replace)'],
      [{ description: 'of nobody' }, 'description: of team/shop -> of nobody (replace)'],
    ],
  },
  DbClusterParameters: {
    inputs: parameters,
    record: { arn: parameters.groupId, parameters: parameters.parameters },
    needs: [parameters.groupId],
    changes: [
      [{ parameters: { 'rds.force_ssl': '0' } }, 'parameters[rds.force_ssl]: 1 -> 0'],
      [{ parameters: {} }, 'parameters[rds.force_ssl]: 1 -> (nothing)'],
      [{ parameters: { ...parameters.parameters, work_mem: '64' } }, 'parameters[work_mem]: (nothing) -> 64'],
    ],
  },
  DbCluster: {
    inputs: cluster,
    record: describedCluster,
    needs: [`${ARN}:subgrp:shop-subnets`, `${ARN}:cluster-pg:shop-parameters`, 'sg-1'],
    changes: [
      [{ name: 'other' }, 'name: shop-cluster -> other (replace)'],
      [{ engine: 'aurora-mysql' }, 'engine: aurora-postgresql -> aurora-mysql (replace)'],
      [{ databaseName: 'other' }, 'databaseName: appdb -> other (replace)'],
      [{ masterUsername: 'root' }, 'masterUsername: postgres -> root (replace)'],
      [{ subnetGroupName: 'other' }, 'subnetGroupName: shop-subnets -> other (replace)'],
      [{ kmsKeyId: 'arn:k' }, 'kmsKeyId: (nothing) -> arn:k (replace)'],
      [{ engineVersion: '15.6' }, 'engineVersion: 15.4 -> 15.6'],
      [{ engineVersion: '16' }, 'engineVersion: 15.4 -> 16'],
      [{ parameterGroupName: 'other' }, 'parameterGroupName: shop-parameters -> other'],
      [{ securityGroupIds: [] }, 'securityGroupIds[sg-1]: sg-1 -> (nothing)'],
      [{ securityGroupIds: ['sg-0', 'sg-1'] }, 'securityGroupIds[sg-0]: (nothing) -> sg-0'],
      [{ logExports: [] }, 'logExports[postgresql]: postgresql -> (nothing)'],
      [{ logExports: ['instance', 'postgresql'] }, 'logExports[instance]: (nothing) -> instance'],
      [{ backupDays: 14 }, 'backupDays: 7 -> 14'],
      [{ backupWindow: '02:00-02:30' }, 'backupWindow: 03:00-03:30 -> 02:00-02:30'],
      [
        { maintenanceWindow: 'mon:04:00-mon:05:00' },
        'maintenanceWindow: sun:04:00-sun:05:00 -> mon:04:00-mon:05:00',
      ],
      [{ deletionProtection: true }, 'deletionProtection: false -> true'],
      [{ iamAuthentication: true }, 'iamAuthentication: false -> true'],
      [{ capacity: { min: 1, max: 8 } }, 'capacity: 0.5 to 4 -> 1 to 8'],
    ],
  },
};
