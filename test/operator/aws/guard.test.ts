import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CreateVpcCommand, DescribeVpcsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { afterEach, describe, expect, it } from 'vitest';
import { interpret, interpretWords } from '../../../operator/aws/errors.ts';
import { guard, isRead, type AwsCall, type CallGuard } from '../../../operator/aws/guard.ts';
import { NotLeader } from '../../../operator/kube/leader.ts';

const EMPTY = '<DescribeVpcsResponse><vpcSet/></DescribeVpcsResponse>';
const failure = (code: string) =>
  `<Response><Errors><Error><Code>${code}</Code><Message>no</Message></Error></Errors></Response>`;

const AS = 'role arn:aws:iam::111111111111:role/landfall';

interface Reply {
  readonly status: number;
  readonly body: string;
}

const opened: { close(): void }[] = [];
afterEach(() => {
  for (const open of opened.splice(0)) open.close();
});

/** An EC2 that answers with these replies in turn, and a client of it whose every step is noted. */
async function scene(
  replies: readonly Reply[],
  before: (call: AwsCall) => Promise<void> = async () => {},
  sending: (call: AwsCall) => void = () => {},
) {
  const notes: string[] = [];
  const signedAt: string[] = [];
  let turn = 0;
  const server: Server = createServer((request, response) => {
    notes.push('sent');
    signedAt.push(String(request.headers['x-amz-date']));
    request.resume().on('end', () => {
      const reply = replies[Math.min(turn, replies.length - 1)];
      turn += 1;
      response.writeHead(reply?.status ?? 500, { 'content-type': 'text/xml' }).end(reply?.body);
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const calls: AwsCall[] = [];
  const durations: number[] = [];
  const callGuard: CallGuard = {
    async before(call) {
      notes.push(`before ${call.action}`);
      calls.push(call);
      await before(call);
    },
    sending,
    after(call, result, durationMs) {
      notes.push(`after ${call.action} ${result}`);
      durations.push(durationMs);
    },
  };
  const client = guard(
    new EC2Client({
      region: 'eu-central-1',
      endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      credentials: { accessKeyId: 'AKIA', secretAccessKey: 'secret' },
      retryMode: 'standard',
      maxAttempts: 3,
    }),
    'ec2',
    { accountId: '111111111111', region: 'eu-central-1', as: AS },
    callGuard,
  );
  opened.push({
    close: () => {
      client.destroy();
      server.closeAllConnections();
      server.close();
    },
  });
  return { client, notes, calls, durations, signedAt };
}

describe('guard', () => {
  it('lets every attempt of a call pass, and counts each', async () => {
    const { client, notes, calls } = await scene([
      { status: 503, body: failure('Unavailable') },
      { status: 200, body: EMPTY },
    ]);
    await client.send(new DescribeVpcsCommand({}));
    expect(notes).toEqual([
      'before DescribeVpcs',
      'sent',
      'after DescribeVpcs Unavailable',
      'before DescribeVpcs',
      'sent',
      'after DescribeVpcs ok',
    ]);
    expect(calls[0]).toEqual({
      accountId: '111111111111',
      region: 'eu-central-1',
      service: 'ec2',
      action: 'DescribeVpcs',
      write: false,
      as: AS,
    });
  });

  it('never sends a write without the lease, and does not try again', async () => {
    const { client, notes } = await scene([{ status: 200, body: EMPTY }], async (call) => {
      if (call.write) throw new NotLeader('somebody else leads');
    });
    await expect(client.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }))).rejects.toThrow(NotLeader);
    expect(notes).toEqual(['before CreateVpc']);
    await client.send(new DescribeVpcsCommand({}));
    expect(notes).toContain('sent');
  });

  it('a lease that is lost after a call was admitted still keeps it back', async () => {
    const { client, notes } = await scene([{ status: 200, body: EMPTY }], undefined, () => {
      throw new NotLeader('lost while signing');
    });
    await expect(client.send(new CreateVpcCommand({}))).rejects.toThrow('lost while signing');
    expect(notes).toEqual(['before CreateVpc']);
  });

  it('a retry checks the lease again', async () => {
    let leading = true;
    const { client, notes } = await scene([{ status: 503, body: failure('Unavailable') }], async () => {
      if (!leading) throw new NotLeader('lost meanwhile');
      leading = false;
    });
    await expect(client.send(new CreateVpcCommand({}))).rejects.toThrow('lost meanwhile');
    expect(notes.filter((note) => note === 'sent')).toHaveLength(1);
  });

  it.each([
    [400, 'VpcLimitExceeded'],
    [400, 'RequestLimitExceeded'],
    [403, 'UnauthorizedOperation'],
  ])('labels status %i with the code %s', async (status, code) => {
    const { client, notes } = await scene([{ status, body: failure(code) }]);
    await expect(client.send(new CreateVpcCommand({}))).rejects.toMatchObject({ Code: code });
    expect(notes).toContain(`after CreateVpc ${code}`);
  });

  it('names action, account and role in what an error means, which AWS itself may not', async () => {
    const { client } = await scene([{ status: 403, body: failure('UnauthorizedOperation') }]);
    const error: unknown = await client.send(new CreateVpcCommand({})).catch((thrown: unknown) => thrown);
    expect(interpret(error)).toMatchObject({
      reason: 'AccessDenied',
      message: `ec2:CreateVpc in account 111111111111 as ${AS}: UnauthorizedOperation: no`,
    });
    expect(interpretWords(error).message).toBe('UnauthorizedOperation: no');
  });

  it('names them where no credentials are found, too', async () => {
    const none = guard(
      new EC2Client({
        region: 'eu-central-1',
        endpoint: 'http://127.0.0.1:1',
        credentials: () =>
          Promise.reject(Object.assign(new Error('none found'), { name: 'CredentialsProviderError' })),
      }),
      'ec2',
      { accountId: '1', region: 'eu-central-1', as: 'profile team' },
      { before: async () => {}, after: () => {} },
    );
    const error: unknown = await none.send(new DescribeVpcsCommand({})).catch((thrown: unknown) => thrown);
    expect(interpret(error)).toMatchObject({
      reason: 'CredentialsUnavailable',
      message: expect.stringMatching(/^ec2:DescribeVpcs in account 1 as profile team: .*none found/),
    });
    none.destroy();
  });

  it('labels a connection that nobody accepts', async () => {
    const unreachable = new EC2Client({
      region: 'eu-central-1',
      endpoint: 'http://127.0.0.1:1',
      credentials: { accessKeyId: 'AKIA', secretAccessKey: 'secret' },
      maxAttempts: 1,
    });
    const results: string[] = [];
    guard(
      unreachable,
      'ec2',
      { accountId: '1', region: 'eu-central-1', as: AS },
      {
        before: async () => {},
        after: (_, result) => void results.push(result),
      },
    );
    const error: unknown = await unreachable
      .send(new DescribeVpcsCommand({}))
      .catch((thrown: unknown) => thrown);
    expect(results).toEqual(['ECONNREFUSED']);
    expect(interpret(error)).toMatchObject({
      reason: 'AwsUnreachable',
      message: expect.stringContaining(`ec2:DescribeVpcs in account 1 as ${AS}: connect ECONNREFUSED`),
    });
    unreachable.destroy();
  });

  it('signs after the wait, since a signature of minutes ago is refused, and leaves the wait out of the time', async () => {
    const waitMs = 1_500;
    const { client, signedAt, durations } = await scene(
      [{ status: 200, body: EMPTY }],
      () =>
        new Promise((resolve) => {
          setTimeout(resolve, waitMs);
        }),
    );
    const asked = Date.now();
    await client.send(new DescribeVpcsCommand({}));
    const [stamp = ''] = signedAt;
    const signed = Date.parse(
      stamp.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'),
    );
    // The stamp has whole seconds.
    expect(signed + 1_000).toBeGreaterThan(asked + waitMs);
    expect(durations[0]).toBeLessThan(waitMs);
  });
});

describe('isRead', () => {
  it('tells reads from writes by name', () => {
    expect(['DescribeVpcs', 'GetResources', 'ListRolePolicies', 'GetCallerIdentity'].every(isRead)).toBe(
      true,
    );
    expect(['CreateVpc', 'TagResource', 'PutRolePolicy', 'ReplaceRoute', 'RunInstances'].some(isRead)).toBe(
      false,
    );
  });
});
