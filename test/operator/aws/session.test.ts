import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ListCertificatesCommand } from '@aws-sdk/client-acm';
import { CreateVpcCommand, DescribeVpcsCommand } from '@aws-sdk/client-ec2';
import { GetRoleCommand } from '@aws-sdk/client-iam';
import { afterEach, describe, expect, it } from 'vitest';
import type { AwsCall } from '../../../operator/aws/guard.ts';
import { openSession } from '../../../operator/aws/session.ts';

const opened: { close(): void }[] = [];
afterEach(() => {
  for (const open of opened.splice(0)) open.close();
});

const unavailable = (response: ServerResponse): void =>
  void response
    .writeHead(503, { 'content-type': 'text/xml' })
    .end('<Response><Errors><Error><Code>Unavailable</Code></Error></Errors></Response>');

/** A session whose every service is a server that answers so; by default it is always unavailable. */
async function scene(answer: (response: ServerResponse) => void = unavailable) {
  const server = createServer((request, response) => {
    request.resume().on('end', () => answer(response));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const calls: AwsCall[] = [];
  const session = openSession({
    accountId: '111111111111',
    region: 'cn-north-1',
    as: 'role arn:aws-cn:iam::111111111111:role/landfall',
    credentials: async () => ({ accessKeyId: 'AKIA', secretAccessKey: 'secret' }),
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    callGuard: { before: async (call) => void calls.push(call), after: () => {} },
    responseTimeoutMs: 200,
  });
  opened.push({
    close: () => {
      session.close();
      server.closeAllConnections();
      server.close();
    },
  });
  return { session, calls };
}

describe('openSession', () => {
  it('knows account, region and partition, and makes each client once', async () => {
    const { session, calls } = await scene();
    expect([session.accountId, session.region, session.partition]).toEqual([
      '111111111111',
      'cn-north-1',
      'aws-cn',
    ]);
    expect(session.ec2).toBe(session.ec2);
    expect(session.ec2Once).not.toBe(session.ec2);
    expect(calls).toEqual([]);
  });

  it('has clients of other regions, which the guard knows by those', async () => {
    const { session, calls } = await scene();
    expect(session.acmIn('cn-northwest-1')).toBe(session.acmIn('cn-northwest-1'));
    expect(session.acmIn('cn-north-1')).toBe(session.acm);
    expect(session.backupIn('cn-north-1')).toBe(session.backup);
    await expect(session.acmIn('cn-northwest-1').send(new ListCertificatesCommand())).rejects.toThrow();
    expect(calls[0]).toMatchObject({ service: 'acm', region: 'cn-northwest-1' });
  });

  it('a create that nothing protects against repetition is sent exactly once', async () => {
    const { session, calls } = await scene();
    await expect(session.ec2Once.send(new CreateVpcCommand({}))).rejects.toThrow();
    expect(calls.map(({ service, action, write }) => `${service} ${action} ${write}`)).toEqual([
      'ec2 CreateVpc true',
    ]);
  });

  it('what may be repeated is tried four times, every attempt past the guard', async () => {
    const { session, calls } = await scene();
    await expect(session.ec2.send(new DescribeVpcsCommand({}))).rejects.toThrow();
    expect(calls).toHaveLength(4);
  });

  it.each<[string, (response: ServerResponse) => void]>([
    ['never begins', () => {}],
    ['ends after the headers', (response) => response.writeHead(200).flushHeaders()],
    ['ends in the middle', (response) => response.writeHead(200).write('<DescribeVpcsResponse>')],
  ])('an answer that %s is given up, and asked for again', async (_case, answer) => {
    const { session, calls } = await scene(answer);
    await expect(session.ec2.send(new DescribeVpcsCommand({}))).rejects.toMatchObject({
      name: 'TimeoutError',
    });
    expect(calls.length).toBeGreaterThan(1);
  });

  it('names services as IAM does', async () => {
    const { session, calls } = await scene();
    await expect(session.iam.send(new GetRoleCommand({ RoleName: 'x' }))).rejects.toThrow();
    expect(calls[0]).toMatchObject({ service: 'iam', action: 'GetRole', write: false });
  });
});
