import { expect, it } from 'vitest';
import { replicationGroups } from '../../../../operator/aws/elasticache/replication-groups.ts';
import { fakeSession, listed, nominating } from '../ecs/fake-session.ts';

const ARN = 'arn:aws:elasticache:eu-central-1:111111111111:replicationgroup:web';

it('a cache that a change is over for while it is listed is not shown with nodes from before', async () => {
  let asked = 0;
  // AWS is done between the two calls.
  const isOver = () => (asked += 1) > 1;
  const { session } = fakeSession({
    GetResources: nominating([ARN]),
    DescribeReplicationGroups: () => ({
      ReplicationGroups: [
        {
          ARN,
          ReplicationGroupId: 'web',
          Status: isOver() ? 'available' : 'modifying',
          MemberClusters: ['web-001'],
        },
      ],
    }),
    DescribeCacheClusters: () => ({
      CacheClusters: [{ CacheClusterId: 'web-001', EngineVersion: isOver() ? '8.0.1' : '7.1.0' }],
    }),
  });
  expect(await listed(replicationGroups.list(session, 'test'))).toMatchObject([
    { Status: 'modifying', node: { engineVersion: '8.0.1' } },
  ]);
});
