import type { DbOptionGroupInputs } from '../../../../operator/aws/rds/db-option-group.ts';
import type { DbOptionsInputs } from '../../../../operator/aws/rds/db-options.ts';
import type { DbSubnetGroupInputs } from '../../../../operator/aws/rds/db-subnet-group.ts';
import type { ParameterGroupInputs } from '../../../../operator/aws/rds/parameter-groups.ts';
import type { ParametersInputs } from '../../../../operator/aws/rds/parameters.ts';
import type { Case } from '../case.ts';
import { CLUSTER_CASES } from './cluster-cases.ts';
import { ARN, described, instance, own } from './instance-record.ts';

const subnetGroup: DbSubnetGroupInputs = {
  name: 'shop-subnets',
  description: 'of team/shop',
  subnetIds: ['subnet-1', 'subnet-2'],
};
const parameterGroup: ParameterGroupInputs = {
  name: 'shop-parameters',
  family: 'mysql8.0',
  description: 'of team/shop',
};
const optionGroup: DbOptionGroupInputs = {
  name: 'shop-options',
  engine: 'mysql',
  majorVersion: '8.0',
  description: 'of team/shop',
};
const options: DbOptionsInputs = {
  groupId: `${ARN}:og:shop-options`,
  groupName: 'shop-options',
  options: { MARIADB_AUDIT_PLUGIN: { SERVER_AUDIT_EVENTS: 'CONNECT' } },
  applyImmediately: false,
};
const optionGroupRecord = {
  ...optionGroup,
  arn: options.groupId,
  options: {
    MARIADB_AUDIT_PLUGIN: {
      SERVER_AUDIT_EVENTS: { value: 'CONNECT', byDefault: 'CONNECT,QUERY' },
      SERVER_AUDIT_EXCL_USERS: { value: '', byDefault: '' },
      SERVER_AUDIT_LOGGING: { value: 'ON', byDefault: 'ON' },
    },
  },
  Tags: [],
};
const parameters: ParametersInputs = {
  groupId: `${ARN}:pg:shop-parameters`,
  groupName: 'shop-parameters',
  family: 'mysql8.0',
  parameters: { require_secure_transport: '1', character_set_server: 'utf8mb4' },
};

/** What a changed setting of an instance by itself changes. */
const setting = (change: Partial<typeof own>, line: string): [object, string] => [
  { own: { ...own, ...change } },
  line,
];

export const RDS_CASES: Readonly<Record<string, Case>> = {
  ...CLUSTER_CASES,
  DbSubnetGroup: {
    inputs: subnetGroup,
    record: {
      DBSubnetGroupArn: `${ARN}:subgrp:shop-subnets`,
      DBSubnetGroupName: 'shop-subnets',
      DBSubnetGroupDescription: 'of team/shop',
      Subnets: [{ SubnetIdentifier: 'subnet-2' }, { SubnetIdentifier: 'subnet-1' }],
      Tags: [],
    },
    needs: ['subnet-2', 'subnet-1'],
    changes: [
      [{ name: 'other' }, 'name: shop-subnets -> other (replace)'],
      [{ description: 'of nobody' }, 'description: of team/shop -> of nobody'],
      [{ subnetIds: ['subnet-1'] }, 'subnetIds[subnet-2]: subnet-2 -> (nothing)'],
      [{ subnetIds: ['subnet-1', 'subnet-2', 'subnet-3'] }, 'subnetIds[subnet-3]: (nothing) -> subnet-3'],
    ],
  },
  DbParameterGroup: {
    inputs: parameterGroup,
    record: { ...parameterGroup, arn: `${ARN}:pg:shop-parameters`, Tags: [] },
    needs: [],
    changes: [
      [{ name: 'other' }, 'name: shop-parameters -> other (replace)'],
      [{ family: 'mysql8.4' }, 'family: mysql8.0 -> mysql8.4 (replace)'],
      [{ description: 'of nobody' }, 'description: of team/shop -> of nobody (replace)'],
    ],
  },
  DbOptionGroup: {
    inputs: optionGroup,
    record: optionGroupRecord,
    needs: [],
    changes: [
      [{ name: 'other' }, 'name: shop-options -> other (replace)'],
      [{ engine: 'mariadb' }, 'engine: mysql -> mariadb (replace)'],
      [{ majorVersion: '8.4' }, 'majorVersion: 8.0 -> 8.4 (replace)'],
      [{ description: 'of nobody' }, 'description: of team/shop -> of nobody (replace)'],
    ],
  },
  DbOptions: {
    inputs: options,
    record: optionGroupRecord,
    needs: [options.groupId],
    changes: [
      [
        { options: { MARIADB_AUDIT_PLUGIN: { SERVER_AUDIT_EVENTS: 'CONNECT,QUERY_DDL' } } },
        'options[MARIADB_AUDIT_PLUGIN][SERVER_AUDIT_EVENTS]: CONNECT -> CONNECT,QUERY_DDL',
      ],
      // What nobody asks for is as AWS sets it.
      [
        { options: { MARIADB_AUDIT_PLUGIN: { SERVER_AUDIT_LOGGING: 'ON' } } },
        'options[MARIADB_AUDIT_PLUGIN][SERVER_AUDIT_EVENTS]: CONNECT -> CONNECT,QUERY',
      ],
      [{ options: {} }, 'options[MARIADB_AUDIT_PLUGIN]: MARIADB_AUDIT_PLUGIN -> (nothing)'],
      [
        { options: { ...options.options, MEMCACHED: { CHUNK_SIZE: '48' } } },
        'options[MEMCACHED][CHUNK_SIZE]: (nothing) -> 48',
      ],
    ],
  },
  DbParameters: {
    inputs: parameters,
    record: { arn: parameters.groupId, parameters: parameters.parameters },
    needs: [parameters.groupId],
    changes: [
      [
        { parameters: { ...parameters.parameters, require_secure_transport: '0' } },
        'parameters[require_secure_transport]: 1 -> 0',
      ],
      [
        { parameters: { ...parameters.parameters, wait_timeout: '60' } },
        'parameters[wait_timeout]: (nothing) -> 60',
      ],
      [
        { parameters: { require_secure_transport: '1' } },
        'parameters[character_set_server]: utf8mb4 -> (nothing)',
      ],
    ],
  },
  DbInstance: {
    inputs: instance,
    record: described,
    needs: [`${ARN}:subgrp:shop-subnets`, `${ARN}:pg:shop-parameters`, 'sg-1'],
    changes: [
      [{ name: 'other' }, 'name: shop-instance -> other (replace)'],
      [{ engine: 'aurora-postgresql' }, 'engine: mysql -> aurora-postgresql (replace)'],
      [{ clusterName: 'one' }, 'clusterName:  -> one (replace)'],
      [{ instanceClass: 'db.t3.small' }, 'instanceClass: db.t3.micro -> db.t3.small'],
      [{ parameterGroupName: 'other' }, 'parameterGroupName: shop-parameters -> other'],
      [{ insightsDays: 7 }, 'insightsDays: 0 -> 7'],
      [
        { maintenanceWindow: 'mon:04:00-mon:05:00' },
        'maintenanceWindow: sun:04:00-sun:05:00 -> mon:04:00-mon:05:00',
      ],
      setting({ databaseName: 'other' }, 'databaseName: appdb -> other (replace)'),
      setting({ masterUsername: 'root' }, 'masterUsername: admin -> root (replace)'),
      setting({ subnetGroupName: 'other' }, 'subnetGroupName: shop-subnets -> other (replace)'),
      setting({ kmsKeyId: 'arn:k' }, 'kmsKeyId: (nothing) -> arn:k (replace)'),
      setting({ engineVersion: '8.0.43' }, 'engineVersion: 8.0.42 -> 8.0.43'),
      setting({ engineVersion: '8.4' }, 'engineVersion: 8.0.42 -> 8.4'),
      setting({ storageGiB: 30 }, 'storageGiB: 20 -> 30'),
      setting({ maxStorageGiB: 200 }, 'maxStorageGiB: 100 -> 200'),
      setting({ storageType: 'io1' }, 'storageType: gp3 -> io1'),
      setting({ iops: 12_000 }, 'iops: 3000 -> 12000'),
      setting({ throughputMiB: 500 }, 'throughputMiB: 125 -> 500'),
      setting({ multiAz: true }, 'multiAz: false -> true'),
      setting({ securityGroupIds: [] }, 'securityGroupIds[sg-1]: sg-1 -> (nothing)'),
      setting({ securityGroupIds: ['sg-0', 'sg-1'] }, 'securityGroupIds[sg-0]: (nothing) -> sg-0'),
      setting({ optionGroupName: 'audit' }, 'optionGroupName: default:mysql-8-0 -> audit'),
      setting({ logExports: ['error'] }, 'logExports[audit]: audit -> (nothing)'),
      setting({ logExports: ['audit', 'error', 'general'] }, 'logExports[general]: (nothing) -> general'),
      setting({ backupDays: 14 }, 'backupDays: 7 -> 14'),
      setting({ backupWindow: '02:00-02:30' }, 'backupWindow: 03:00-03:30 -> 02:00-02:30'),
      setting({ deletionProtection: true }, 'deletionProtection: false -> true'),
      setting({ iamAuthentication: true }, 'iamAuthentication: false -> true'),
    ],
  },
};
