import {
  CreateNetworkInterfaceCommand,
  CreateTagsCommand,
  DeleteNetworkInterfaceCommand,
  DeleteTagsCommand,
  DescribeVpcsCommand,
} from '@aws-sdk/client-ec2';
import { afterAll, beforeAll, beforeEach, afterEach, describe, expect, it } from 'vitest';
import { account, namespace, smallNetwork } from '../support/manifests.ts';
import { conditionOf, idsOf, World } from '../support/world.ts';

let world: World;
let empty: string;

const main = account('main', ['team-a']);

beforeAll(async () => {
  world = await World.start();
  empty = await world.aws.dump();
  world.operator();
  await world.apply([namespace('team-a')]);
});
afterAll(() => world?.stop());
beforeEach(async () => {
  await world.apply([main]);
  await world.ready(main);
});
afterEach(async () => {
  // The claim goes with the Account.
  await world.remove(main);
  expect((await world.aws.dump()) === empty, 'AWS is as before').toBe(true);
});

describe('deletion', () => {
  it('names a foreign network interface, keeps the finalizer, and ends once it is gone (hashicorp/terraform-provider-aws#10329, aws-controllers-k8s/community#2387)', async () => {
    const network = smallNetwork('blocked', 'team-a');
    await world.apply([network]);
    const ids = idsOf(await world.ready(network));
    const made = await world.ec2.send(
      new CreateNetworkInterfaceCommand({
        SubnetId: ids['subnet/private-a'],
        Description: 'left by a lambda',
      }),
    );
    const NetworkInterfaceId = made.NetworkInterface?.NetworkInterfaceId ?? '';
    await world.delete(network);
    const blocked = await world.condition(network, 'Reconciling', {
      reason: 'DependencyViolation',
      message: new RegExp(`${NetworkInterfaceId} \\(left by a lambda\\)`),
    });
    expect(blocked.metadata.finalizers).toEqual(['landfall.dev/aws']);
    await world.refreshes(3);
    expect((await world.read(network))?.metadata.finalizers).toEqual(['landfall.dev/aws']);
    await world.ec2.send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId }));
    await world.gone(network);
  });

  it('goes on for a namespace that the Account no longer lists', async () => {
    const network = smallNetwork('outlawed', 'team-a');
    await world.apply([network]);
    await world.ready(network);
    await world.edit(main, { aws: { namespaces: [] } });
    await world.condition(network, 'Stalled', { reason: 'NamespaceNotAllowed' });
    await world.remove(network);
  });

  it('an Account in use stays until its users are gone', async () => {
    const network = smallNetwork('user', 'team-a');
    await world.apply([network]);
    await world.ready(network);
    await world.delete(main);
    const waiting = await world.condition(main, 'Reconciling', { reason: 'InUse', message: /1 object/ });
    expect(waiting.metadata.finalizers).toEqual(['landfall.dev/in-use']);
    await world.remove(network);
    await world.gone(main);
  });

  it('an Account and its network deleted together both go (kubernetes-sigs/kro#1316)', async () => {
    const network = smallNetwork('together', 'team-a');
    await world.apply([network]);
    await world.ready(network);
    await Promise.all([world.delete(main), world.delete(network)]);
    await world.gone(network);
    await world.gone(main);
  });

  it('an object for which nothing was made goes at once, without a write', async () => {
    const network = smallNetwork('nowhere', 'team-a', { accountRef: { name: 'nobody' } });
    const mark = await world.mark();
    await world.apply([network]);
    await world.condition(network, 'Stalled', { reason: 'AccountNotFound' });
    await world.remove(network, 5_000);
    expect(await world.writes(mark)).toEqual([]);
  });

  it('an object deleted while its things are being made leaves nothing', async () => {
    for (const [index, wait] of [0, 50, 100, 200, 400].entries()) {
      const network = smallNetwork(`hasty-${index}`, 'team-a', {
        securityGroups: { ecs: {}, endpoints: {} },
      });
      await world.apply([network]);
      await new Promise((resolve) => setTimeout(resolve, wait));
      await world.remove(network);
    }
  });
});

describe('lost ownership tags', () => {
  it('a VPC without its tags is neither touched nor made twice, and all goes on when they are back', async () => {
    const network = smallNetwork('nameless', 'team-a');
    await world.apply([network]);
    const made = await world.ready(network);
    const vpc = idsOf(made)['vpc'] ?? '';
    const answer = await world.ec2.send(new DescribeVpcsCommand({ VpcIds: [vpc] }));
    const Tags = answer.Vpcs?.[0]?.Tags ?? [];
    const mark = await world.mark();
    await world.ec2.send(new DeleteTagsCommand({ Resources: [vpc], Tags: Tags.map(({ Key }) => ({ Key })) }));
    const stalled = await world.condition(network, 'Stalled', {
      reason: 'OwnershipTagsMissing',
      message: new RegExp(vpc),
    });
    expect(conditionOf(stalled, 'Ready')?.status).toBe('False');
    await world.refreshes(2, ['DescribeVpcs', 'GetAccountAuthorizationDetails']);
    const writes = await world.writes(mark);
    expect(
      writes.filter(({ action }) => action?.startsWith('Create') === true && action !== 'CreateTags'),
    ).toEqual([]);
    await world.delete(network);
    await world.condition(network, 'Stalled', { reason: 'OwnershipTagsMissing', message: new RegExp(vpc) });
    expect((await world.read(network))?.metadata.finalizers).toEqual(['landfall.dev/aws']);
    await world.ec2.send(new CreateTagsCommand({ Resources: [vpc], Tags }));
    await world.gone(network);
  });
});
