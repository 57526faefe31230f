import { CreateVpcCommand, DeleteVpcCommand } from '@aws-sdk/client-ec2';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { OperatorProcess } from '../../k8s-local/operator-process.ts';
import { type AwsProxy, startAwsProxy } from './aws-proxy.ts';
import { eventually } from './eventually.ts';
import { portal } from './manifests.ts';
import { census, portrait } from './portrait.ts';
import { World } from './world.ts';

/**
 * Kills the operator after AWS has carried out write N of the portal's create and before the operator hears of
 * it, for each of the given N, starts it again, and compares with a run that nobody disturbed.
 */
export function proveCrashPoints(points: readonly number[]): void {
  let world: World;
  let proxy: AwsProxy;
  let operator: OperatorProcess;
  let empty: string;
  let undisturbed: { portrait: unknown; census: unknown; writes: number };

  const start = (): OperatorProcess =>
    world.operator({ env: { AWS_ENDPOINT_URL: proxy.url, LANDFALL_GRACE_SECONDS: '1' } });

  beforeAll(async () => {
    world = await World.start();
    proxy = await startAwsProxy(world.aws.url);
    empty = await world.aws.dump();
    await world.apply([portal.namespace, portal.account]);
    operator = start();
    await world.ready(portal.account);
    proxy.count();
    await world.apply([portal.network]);
    await world.ready(portal.network);
    undisturbed = {
      portrait: await portrait(world),
      census: census(await world.aws.dump()),
      writes: proxy.writes,
    };
    await world.remove(portal.network);
    expect(await world.aws.dump()).toBe(empty);
  });
  afterEach(async () => {
    // One point that fails must not take those after it along.
    if ((await world.read(portal.network)) === undefined) return;
    proxy.count();
    await operator.kill();
    operator = start();
    await world.remove(portal.network);
  });
  afterAll(async () => {
    await world?.stop();
    await proxy?.stop();
  });

  describe('the operator is killed between a write and its answer (aws-controllers-k8s/community#2062)', () => {
    it('the create has as many writes as there are points', () => {
      expect(undisturbed.writes).toBeGreaterThanOrEqual(Math.max(...points));
    });

    it('the comparison sees a thing more', async () => {
      await world.apply([portal.network]);
      await world.ready(portal.network);
      const { Vpc } = await world.ec2.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }));
      const found = { portrait: await portrait(world), census: census(await world.aws.dump()) };
      await world.ec2.send(new DeleteVpcCommand({ VpcId: Vpc?.VpcId }));
      await world.remove(portal.network);
      expect(found.portrait).not.toEqual(undisturbed.portrait);
      expect(found.census).not.toEqual(undisturbed.census);
    });

    it.each(points)('write %i: nothing is made twice, nothing is left behind', async (n) => {
      let killed: Promise<void> | undefined;
      let action = '';
      proxy.count({
        after: (write) => {
          // What is under way beside it reaches AWS too, but no answer reaches the dead.
          if (write.n >= n) {
            if (write.n === n) action = write.action;
            killed ??= operator.kill();
            return 'drop';
          }
          return undefined;
        },
      });
      await world.apply([portal.network]);
      await eventually(`write ${n}`, () => Promise.resolve(killed !== undefined), { everyMs: 5 });
      await killed;
      proxy.count();
      operator = start();
      await world.ready(portal.network, 40_000);
      const found = { portrait: await portrait(world), census: census(await world.aws.dump()) };
      await world.remove(portal.network, 40_000);
      const left = await world.aws.dump();
      expect(found.portrait, `after a crash in ${action}`).toEqual(undisturbed.portrait);
      expect(found.census, `after a crash in ${action}`).toEqual(undisturbed.census);
      expect(left === empty, `AWS is as before, after a crash in ${action}`).toBe(true);
    });
  });
}
