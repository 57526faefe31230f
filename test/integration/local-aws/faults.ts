import {
  CreateRouteTableCommand,
  CreateVpcCommand,
  DeleteVpcCommand,
  DescribeRouteTablesCommand,
  DescribeVpcsCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import { IAMClient, ListRolesCommand } from '@aws-sdk/client-iam';
import { beforeEach, expect, test } from 'vitest';

import { aws, clientOptions, ec2, given, refused } from './harness.ts';

/** Faults of single calls. */
export function faults(): void {
  beforeEach(async () => {
    await aws().reset();
    await aws().clearLedger();
  });

  const make = (n = 0) => ec2().send(new CreateVpcCommand({ CidrBlock: `10.${n}.0.0/16` }));
  const count = async () => given((await ec2().send(new DescribeVpcsCommand({}))).Vpcs).length;

  test('an error before the commit has its code, message and status, and nothing is made', async () => {
    const before = await aws().dump();
    await aws().setDifficulty({
      faults: [{ action: 'CreateVpc', code: 'VpcLimitExceeded', message: 'no more' }],
    });
    await refused(make(), 'VpcLimitExceeded', /^no more$/);
    expect(await aws().dump()).toBe(before);
    // The rule hits once; the next call is let through.
    await make();
    expect(await aws().ledger()).toMatchObject([
      { action: 'CreateVpc', status: 400, error: 'VpcLimitExceeded', fault: 'error before' },
      { action: 'CreateVpc', status: 200, error: null, fault: null },
    ]);
  });

  test('an error after the commit leaves what was made; a refused call keeps its own error', async () => {
    await aws().setDifficulty({ faults: [{ action: '*Vpc', when: 'after', times: 2 }] });
    await refused(make(), 'InternalError');
    expect(await count()).toBe(2);
    await refused(
      ec2().send(new DeleteVpcCommand({ VpcId: 'vpc-0123456789abcdef0' })),
      'InvalidVpcID.NotFound',
    );
    expect(await aws().ledger()).toMatchObject([{ status: 500, fault: 'error after' }, {}, { status: 400 }]);
  });

  test('an answer is lost before and after the commit: the connection is closed', async () => {
    await aws().setDifficulty({ faults: [{ action: 'CreateVpc', effect: 'lost', when: 'before' }] });
    await expect(make()).rejects.toThrow(/hang up|ECONNRESET|closed/);
    expect(await count()).toBe(1);
    await aws().setDifficulty({ faults: [{ action: 'CreateVpc', effect: 'lost', when: 'after' }] });
    await expect(make()).rejects.toThrow(/hang up|ECONNRESET|closed/);
    expect(await count()).toBe(2);
    const [before, , after] = await aws().ledger();
    expect(before).toMatchObject({ status: 0, error: 'ConnectionClosed', fault: 'lost before' });
    expect(after).toMatchObject({ status: 200, error: null, fault: 'lost after' });
  });

  test('a client that tries again with its token finds what the lost answer was about', async () => {
    await aws().setDifficulty({ faults: [{ action: 'CreateRouteTable', effect: 'lost', when: 'after' }] });
    const retrying = new EC2Client({ ...clientOptions(aws()), maxAttempts: 3 });
    const VpcId = given((await make()).Vpc?.VpcId);
    const made = await retrying.send(new CreateRouteTableCommand({ VpcId, ClientToken: 'one' }));
    const tables = await ec2().send(
      new DescribeRouteTablesCommand({ Filters: [{ Name: 'vpc-id', Values: [VpcId] }] }),
    );
    expect(tables.RouteTables).toHaveLength(2);
    expect(tables.RouteTables?.map((table) => table.RouteTableId)).toContain(made.RouteTable?.RouteTableId);
  });

  test('rules choose by service, account, names, and the how-manieth call; they count', async () => {
    await aws().setDifficulty({
      faults: [
        { service: 'iam', code: 'ServiceUnavailable' },
        { account: '222222222222', action: 'Describe*', code: 'Unavailable', times: 0 },
        { action: 'CreateVpc', naming: '10.7.', code: 'Named' },
        { action: 'CreateVpc', skip: 1, times: 1, code: 'Second' },
      ],
    });
    const other = new EC2Client({ ...clientOptions(aws(), 'provider-account'), maxAttempts: 1 });
    const iam = new IAMClient({ ...clientOptions(aws()), maxAttempts: 1 });
    await refused(iam.send(new ListRolesCommand({})), 'ServiceUnavailable');
    await iam.send(new ListRolesCommand({}));
    for (let n = 0; n < 3; n += 1) await refused(other.send(new DescribeVpcsCommand({})), 'Unavailable');
    await count();
    await make(1);
    await refused(make(7), 'Named');
    // That one was also the second, so it is used up only by the third.
    await refused(make(2), 'Second');
    await make(3);
    const rules = (await aws().difficulty()).faults.map(({ matched, hits }) => [matched, hits]);
    expect(rules).toEqual([
      [2, 1],
      [3, 3],
      [1, 1],
      [4, 1],
    ]);
    expect((await aws().ledger()).map((entry) => entry.status)).toEqual([
      503, 200, 503, 503, 503, 200, 200, 400, 400, 200,
    ]);
  });

  test('latency delays the commit or the answer, and others are served meanwhile', async () => {
    const slow = { action: 'CreateVpc', effect: 'slow', latencyMs: 2000 } as const;
    await aws().setDifficulty({ faults: [{ ...slow, when: 'before' }] });
    const first = make();
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(await count()).toBe(1);
    await first;
    await aws().setDifficulty({ faults: [{ ...slow, when: 'after' }] });
    let answered = false;
    const second = make(1).then(() => (answered = true));
    await expect.poll(count, { timeout: 1900, interval: 20 }).toBe(3);
    expect(answered).toBe(false);
    await second;
    const late = (await aws().ledger()).find((entry) => entry.fault === 'slow');
    expect(given(late).durationMs).toBeGreaterThan(1990);
  });

  test('what makes no sense is refused in one sentence, with nothing set; a reset ends all', async () => {
    await aws().setDifficulty({ throttling: { scale: 2 } });
    const set = (parts: object) => aws().setDifficulty(parts);
    await expect(set({ throttling: { scale: 3 }, faults: [{ effect: 'odd' as 'lost' }] })).rejects.toThrow(
      'faults: effect is one of error, lost, slow',
    );
    await expect(set({ faults: [{ actoin: 'CreateVpc' }] })).rejects.toThrow('no such setting: actoin');
    await expect(set({ weather: {} })).rejects.toThrow('faults, throttling, permissions, lag');
    await expect(set({ throttling: { scale: '1' } })).rejects.toThrow('scale wants a number');
    expect((await aws().difficulty()).throttling).toEqual({ scale: 2 });
    await aws().reset();
    expect(await aws().difficulty()).toMatchObject({
      faults: [],
      throttling: { scale: 0 },
      permissions: { enforced: false },
      lag: { maxSeconds: 0, writeSeconds: 0 },
    });
  });
}
