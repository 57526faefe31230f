import { aws, given } from './harness.ts';
import { eventually } from './held-clock.ts';
import { type OwnNetwork, ownNetwork } from './own-network.ts';
import { type Params, call } from './plain-client.ts';

/** A node of a replication group, as DescribeCacheClusters shows it. */
export interface CacheNode {
  CacheClusterId: string;
  CacheClusterStatus: string;
  CacheNodeType: string;
  EngineVersion: string;
  PendingModifiedValues: Record<string, unknown>;
}

/** A replication group as DescribeReplicationGroups shows it. */
export interface CacheGroup {
  AuthTokenEnabled: string;
  AutomaticFailover: string;
  CacheNodeType: string;
  ClusterEnabled: string;
  ConfigurationEndpoint?: { Address: string };
  NodeGroups: unknown;
  PendingModifiedValues: Record<string, unknown>;
  Status: string;
}

/** The group that all calls here are about. */
export const group = { ReplicationGroupId: 'redis' };
export const now = { ApplyImmediately: true };

export const cache = <T>(action: string, params: Params = {}): Promise<T> =>
  call<T>('elasticache', action, params);

/** Creates the group in the subnet group `data`, with one node unless asked for more. */
export const create = (params: Params = {}): Promise<unknown> =>
  cache('CreateReplicationGroup', {
    ...group,
    CacheSubnetGroupName: 'data',
    ReplicationGroupDescription: 'd',
    CacheNodeType: 'cache.t4g.small',
    ...params,
  });

/** Changes the group, immediately unless told otherwise. */
export const modify = (params: Params): Promise<unknown> =>
  cache('ModifyReplicationGroup', { ...group, ...now, ...params });

export async function read(): Promise<CacheGroup> {
  const found = await cache<{ ReplicationGroups: CacheGroup[] }>('DescribeReplicationGroups', group);
  return given(found.ReplicationGroups[0]);
}

/** Waits for the group to be available. */
export const available = (): Promise<CacheGroup> =>
  eventually(async () => {
    const found = await read();
    return found.Status === 'available' ? found : undefined;
  });

/** Waits for the group to be gone. */
export const gone = (): Promise<true> =>
  eventually(() =>
    read().then(
      () => undefined,
      () => true as const,
    ),
  );

export async function nodes(params: Params = {}): Promise<CacheNode[]> {
  const found = await cache<{ CacheClusters: CacheNode[] | '' }>('DescribeCacheClusters', params);
  return found.CacheClusters || [];
}

export const parameterGroup = (
  CacheParameterGroupName: string,
  CacheParameterGroupFamily: string,
): Promise<unknown> =>
  cache('CreateCacheParameterGroup', {
    CacheParameterGroupName,
    CacheParameterGroupFamily,
    Description: 'd',
  });

/** A fresh AWS with a held clock, a network and a subnet group over it; and what the dump was before that. */
export async function prepare(): Promise<{ empty: string; network: OwnNetwork }> {
  await aws().reset();
  await aws().hold();
  const empty = await aws().dump();
  const network = await ownNetwork();
  await cache('CreateCacheSubnetGroup', {
    CacheSubnetGroupName: 'data',
    SubnetIds: { SubnetIdentifier: network.subnets },
    CacheSubnetGroupDescription: 'd',
  });
  return { empty, network };
}
