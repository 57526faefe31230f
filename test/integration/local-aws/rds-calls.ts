import { given } from './harness.ts';
import { eventually } from './held-clock.ts';
import type { OwnNetwork } from './own-network.ts';
import { type Params, call } from './plain-client.ts';

/** What the tests look at of an instance. */
export interface Instance {
  DBInstanceStatus: string;
  DBInstanceClass: string;
  AllocatedStorage: string;
  Endpoint?: { Port: string };
  PendingModifiedValues?: { DBInstanceClass?: string };
}

/** The instance, the cluster and the subnet group that the tests make. */
export const instance = { DBInstanceIdentifier: 'one' };
export const cluster = { DBClusterIdentifier: 'aurora' };
export const subnetGroup = { DBSubnetGroupName: 'data' };
export const skip = { SkipFinalSnapshot: true };

export const rds = <T>(action: string, params: Params = {}): Promise<T> => call<T>('rds', action, params);

export const createSubnetGroup = (...subnets: string[]): Promise<unknown> =>
  rds('CreateDBSubnetGroup', {
    ...subnetGroup,
    DBSubnetGroupDescription: 'd',
    SubnetIds: { SubnetIdentifier: subnets },
  });

/** Without the parameters that are given as an empty text. */
const asked = (params: Params): Params =>
  Object.fromEntries(Object.entries(params).filter(([, value]) => value !== ''));

/** A MySQL instance; `params` on top, and an empty text takes a parameter away. */
export const createInstance = (network: OwnNetwork, params: Params = {}): Promise<{ DBInstance: Instance }> =>
  rds(
    'CreateDBInstance',
    asked({
      ...instance,
      ...subnetGroup,
      DBInstanceClass: 'db.t3.small',
      Engine: 'mysql',
      EngineVersion: '8.0.35',
      AllocatedStorage: 20,
      MasterUsername: 'admin',
      MasterUserPassword: 'not-a-secret',
      VpcSecurityGroupIds: { VpcSecurityGroupId: [network.group] },
      ...params,
    }),
  );

/** An Aurora PostgreSQL cluster, likewise. */
export const createCluster = (network: OwnNetwork, params: Params = {}): Promise<unknown> =>
  rds(
    'CreateDBCluster',
    asked({
      ...cluster,
      ...subnetGroup,
      Engine: 'aurora-postgresql',
      MasterUsername: 'keeper',
      MasterUserPassword: 'not-a-secret',
      VpcSecurityGroupIds: { VpcSecurityGroupId: [network.group] },
      ...params,
    }),
  );

/** A member of that cluster. */
export const createMember = (params: Params = {}): Promise<unknown> =>
  rds('CreateDBInstance', {
    ...instance,
    ...cluster,
    DBInstanceClass: 'db.r6g.large',
    Engine: 'aurora-postgresql',
    ...params,
  });

export const describeInstance = async <T = Instance>(id = instance.DBInstanceIdentifier): Promise<T> =>
  given(
    (await rds<{ DBInstances: T[] }>('DescribeDBInstances', { DBInstanceIdentifier: id })).DBInstances[0],
  );

export const describeCluster = async <T = { Status: string }>(id = cluster.DBClusterIdentifier): Promise<T> =>
  given((await rds<{ DBClusters: T[] }>('DescribeDBClusters', { DBClusterIdentifier: id })).DBClusters[0]);

/** Waits until the instance has the status. */
export const status = (wanted: string, id?: string): Promise<Instance> =>
  eventually(async () => {
    const found = await describeInstance(id);
    return found.DBInstanceStatus === wanted ? found : undefined;
  });

/** Waits until the cluster is available. */
export const clusterAvailable = (id?: string): Promise<true> =>
  eventually(async () => ((await describeCluster(id)).Status === 'available' ? true : undefined));

/** Changes the instance at once. */
export const modify = (params: Params): Promise<unknown> =>
  rds('ModifyDBInstance', { ...instance, ApplyImmediately: true, ...params });

/** Changes the cluster at once. */
export const modifyCluster = (params: Params): Promise<unknown> =>
  rds('ModifyDBCluster', { ...cluster, ApplyImmediately: true, ...params });

/** Waits until reading it is refused. */
export const gone = (read: () => Promise<unknown>): Promise<true> =>
  eventually(() =>
    read().then(
      () => undefined,
      () => true,
    ),
  );
