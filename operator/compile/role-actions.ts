/**
 * What the roles that Landfall makes may do, by what for. Each role's own policies say on what; the boundary of them all
 * (`generate-policies.ts`) has every list, so that neither can be widened without the other.
 */
export const ROLE_ACTIONS = {
  /** Of an image that a task starts from. */
  pull: ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
  /** Before that. It knows no resource: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerregistry.html */
  authorizePull: ['ecr:GetAuthorizationToken'],
  writeLogs: ['logs:CreateLogStream', 'logs:PutLogEvents'],
  /** Of flow logs, whose service looks for its group and stream first. */
  findLogGroup: ['logs:DescribeLogGroups'],
  findLogStream: ['logs:DescribeLogStreams'],
  readSecrets: ['secretsmanager:GetSecretValue'],
  readParameters: ['ssm:GetParameters'],
  decrypt: ['kms:Decrypt'],
  /** Of a table and its indexes, transactions and PartiQL included: Amazon DynamoDB Developer Guide, "Using IAM with transactions". */
  readTables: [
    'dynamodb:BatchGetItem',
    'dynamodb:ConditionCheckItem',
    'dynamodb:DescribeTable',
    'dynamodb:GetItem',
    'dynamodb:PartiQLSelect',
    'dynamodb:Query',
    'dynamodb:Scan',
  ],
  writeTables: [
    'dynamodb:BatchWriteItem',
    'dynamodb:DeleteItem',
    'dynamodb:PartiQLDelete',
    'dynamodb:PartiQLInsert',
    'dynamodb:PartiQLUpdate',
    'dynamodb:PutItem',
    'dynamodb:UpdateItem',
  ],
  /** Instead of with a password: Amazon RDS User Guide, "Creating and using an IAM policy for IAM database access". */
  connectToDatabases: ['rds-db:connect'],
  /** What AWS Backup does, of AWSBackupServiceRolePolicyForBackup: AWS Managed Policy Reference Guide. */
  backUpTables: [
    'dynamodb:CreateBackup',
    'dynamodb:DeleteBackup',
    'dynamodb:DescribeBackup',
    'dynamodb:DescribeTable',
    'dynamodb:ListTagsOfResource',
    'dynamodb:StartAwsBackupJob',
  ],
  backUpDatabases: [
    'rds:AddTagsToResource',
    'rds:CopyDBClusterSnapshot',
    'rds:CopyDBSnapshot',
    'rds:CreateDBClusterSnapshot',
    'rds:CreateDBSnapshot',
    'rds:DeleteDBClusterSnapshot',
    'rds:DeleteDBSnapshot',
  ],
  /** Lists, in which nothing can be named. */
  findDatabases: [
    'rds:DescribeDBClusterSnapshots',
    'rds:DescribeDBClusters',
    'rds:DescribeDBInstances',
    'rds:DescribeDBSnapshots',
    'rds:ListTagsForResource',
  ],
  keepBackups: ['backup:CopyIntoBackupVault', 'backup:DescribeBackupVault'],
  /** Of any backup and key: a copy is of a recovery point, which has no name before it is there. */
  findBackups: ['backup:CopyFromBackupVault', 'kms:DescribeKey', 'tag:GetResources'],
  /** Through the service that holds the store. */
  encryptBackups: ['kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey*', 'kms:ReEncrypt*'],
  /** To services of AWS alone. */
  lendBackupKeys: ['kms:CreateGrant'],
  /**
   * What the agent of an instance does, of AmazonEC2ContainerServiceforEC2Role; images are pulled and logs written with the
   * execution role: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/instance_IAM_role.html
   */
  joinCluster: ['ecs:DeregisterContainerInstance', 'ecs:RegisterContainerInstance', 'ecs:Submit*'],
  serveCluster: ['ecs:Poll', 'ecs:StartTelemetrySession', 'ecs:UpdateContainerInstancesState'],
  findEcs: ['ecs:DiscoverPollEndpoint'],
  /** What ECS Exec needs inside the containers: Amazon ECS Developer Guide, "ECS Exec permissions". */
  openShells: [
    'ssmmessages:CreateControlChannel',
    'ssmmessages:CreateDataChannel',
    'ssmmessages:OpenControlChannel',
    'ssmmessages:OpenDataChannel',
  ],
  /** What Session Manager needs besides, of AmazonSSMManagedInstanceCore: Systems Manager User Guide, "Instance permissions for Session Manager". */
  beManaged: [
    'ec2messages:AcknowledgeMessage',
    'ec2messages:DeleteMessage',
    'ec2messages:FailMessage',
    'ec2messages:GetEndpoint',
    'ec2messages:GetMessages',
    'ec2messages:SendReply',
    'ssm:UpdateInstanceInformation',
  ],
} as const;

/** The services that decrypt what they store when it is read: `kms:ViaService`. */
export const DECRYPTING_SECRETS = 'secretsmanager.*.amazonaws.com*';
export const DECRYPTING_READERS = [DECRYPTING_SECRETS, 'ssm.*.amazonaws.com*'];
/** The same of what tasks read and write by themselves. */
export const DECRYPTING_TABLES = 'dynamodb.*.amazonaws.com*';
/** The same of what AWS Backup copies. */
export const ENCRYPTING_BACKUPS = ['backup.*.amazonaws.com*', DECRYPTING_TABLES, 'rds.*.amazonaws.com*'];
/** Leave to use a key is lent to AWS's own services only. */
export const LENT_TO_AWS = { Bool: { 'kms:GrantIsForAWSResource': 'true' } };
