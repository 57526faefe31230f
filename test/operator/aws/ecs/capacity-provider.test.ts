import { expect, it } from 'vitest';
import { capacityProviders } from '../../../../operator/aws/ecs/capacity-provider.ts';
import { fakeSession, listed, nominating } from './fake-session.ts';

const arns = Array.from(
  { length: 11 },
  (_, index) => `arn:aws:ecs:eu-central-1:111111111111:capacity-provider/p${index}`,
);

it('are read all, however many there are: AWS answers ten of those that it is asked for', async () => {
  const { session, actions } = fakeSession({
    GetResources: nominating(arns),
    DescribeCapacityProviders: ({ capacityProviders: names }) => ({
      capacityProviders: (names as string[]).slice(0, 10).map((name) => ({ capacityProviderArn: name })),
    }),
  });
  const found = await listed(capacityProviders.list(session, 'test'));
  expect(found.map(({ capacityProviderArn }) => capacityProviderArn)).toEqual(arns);
  expect(actions()).toEqual(['GetResources', 'DescribeCapacityProviders', 'DescribeCapacityProviders']);
});
