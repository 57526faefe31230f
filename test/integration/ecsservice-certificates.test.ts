import {
  ACMClient,
  DeleteCertificateCommand,
  DescribeCertificateCommand,
  ListCertificatesCommand,
  RequestCertificateCommand,
} from '@aws-sdk/client-acm';
import {
  DescribeListenersCommand,
  ElasticLoadBalancingV2Client,
  ModifyListenerCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import {
  ChangeResourceRecordSetsCommand,
  CreateHostedZoneCommand,
  ListResourceRecordSetsCommand,
  Route53Client,
  type ChangeAction,
  type ResourceRecordSet,
} from '@aws-sdk/client-route-53';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EcsService } from '../../operator/api/ecs-service.ts';
import type { PrivateLinkEndpoint } from '../../operator/api/private-link-endpoint.ts';
import { eventually } from '../support/eventually.ts';
import { bounded, type LeastPrivilege, leastPrivilege } from '../support/least-privilege.ts';
import { account, namespace, smallNetwork, smallService } from '../support/manifests.ts';
import { idsOf, type Manifest, World } from '../support/world.ts';

let world: World;
let acm: ACMClient;
let elb: ElasticLoadBalancingV2Client;
let route53: Route53Client;
let hostedZoneId: string;
let empty: string;
let least: LeastPrivilege;
let main: Manifest;
let shop: Manifest;
let link: Manifest;

const network = smallNetwork('net', 'web', {
  zones: { count: 2 },
  tiers: [{ name: 'public' }, { name: 'private' }],
  securityGroups: { alb: {}, ecs: { ports: [{ name: 'http', fromPort: 8080, toPort: 8080 }] } },
});
const listeners = (certificate: object) => [
  { port: 80, protocol: 'HTTP', redirectTo: 443 },
  { port: 443, protocol: 'HTTPS', certificate },
];
const service = (name: string, loadBalancer: object) =>
  smallService(name, 'web', 'net', {
    task: { containers: [{ name: 'app', image: 'shop:1', ports: [{ port: 8080 }] }] },
    loadBalancer: { type: 'Application', scheme: 'InternetFacing', ...loadBalancer },
  });
/** Behind a Network load balancer, so that it can be offered to others. */
const api = smallService('api', 'web', 'net', {
  task: { containers: [{ name: 'app', image: 'shop:1', ports: [{ port: 8080 }] }] },
  loadBalancer: { type: 'Network', listeners: [{ port: 8080, protocol: 'TCP' }] },
});
const accountWith = (arns: string[]) =>
  bounded(account('main', ['web'], { grants: [{ name: 'zone', namespaces: ['web'], arns }] }));

beforeAll(async () => {
  world = await World.start({ LANDFALL_AWS_CERTIFICATE_SECONDS: '0.2' });
  acm = new ACMClient(world.clientOptions());
  elb = new ElasticLoadBalancingV2Client(world.clientOptions());
  route53 = new Route53Client(world.clientOptions());
  const made = await route53.send(
    new CreateHostedZoneCommand({ Name: 'example.com', CallerReference: 'test' }),
  );
  hostedZoneId = made.HostedZone?.Id?.split('/').at(-1) ?? '';
  await world.claim();
  main = accountWith([`arn:aws:route53:::hostedzone/${hostedZoneId}`]);
  shop = service('shop', {
    domainName: { name: 'shop.example.com', hostedZoneId },
    listeners: listeners({
      domainName: 'shop.example.com',
      subjectAlternativeNames: ['*.shop.example.com', 'www.example.com'],
      hostedZoneId,
    }),
  });
  link = {
    apiVersion: 'landfall.dev/v1alpha1',
    kind: 'PrivateLinkEndpoint',
    metadata: { name: 'api', namespace: 'web' },
    spec: {
      accountRef: { name: 'main' },
      region: 'us-east-1',
      provide: {
        serviceRef: { name: 'api' },
        privateDnsName: 'internal.example.com',
        privateDnsHostedZoneId: hostedZoneId,
      },
    },
  };
  least = await leastPrivilege(world, [main, network, shop, api, link]);
  empty = await world.aws.dump();
  world.operator();
  await world.apply([namespace('web'), accountWith(['arn:aws:s3:::none']), network]);
  await world.ready(network);
});
afterAll(async () => {
  least?.close();
  for (const client of [acm, elb, route53]) client?.destroy();
  await world?.stop();
});

const deeds = async (mark: number) => {
  const counts: Record<string, number> = {};
  for (const { action } of await world.writes(mark))
    counts[action ?? 'unknown'] = (counts[action ?? 'unknown'] ?? 0) + 1;
  return counts;
};
const statusOf = async (object: Manifest) =>
  (await world.ready(object)).status as unknown as EcsService['status'];
/** Names and types of the records that somebody has made in the zone. */
const records = async (): Promise<ResourceRecordSet[]> => {
  const answer = await route53.send(new ListResourceRecordSetsCommand({ HostedZoneId: hostedZoneId }));
  return (answer.ResourceRecordSets ?? []).filter(({ Type }) => Type !== 'NS' && Type !== 'SOA');
};
const named = async (name: string, type: string) =>
  (await records()).find((record) => record.Name === `${name}.` && record.Type === type);
const change = (Action: ChangeAction, record: ResourceRecordSet) =>
  route53.send(
    new ChangeResourceRecordSetsCommand({
      HostedZoneId: hostedZoneId,
      ChangeBatch: { Changes: [{ Action, ResourceRecordSet: record }] },
    }),
  );
const certificates = async () =>
  (await acm.send(new ListCertificatesCommand({}))).CertificateSummaryList ?? [];
const listenerOf = async (object: Manifest, node: string) => {
  const arn = idsOf((await world.read(object)) ?? object)[node] ?? '';
  const { Listeners } = await elb.send(new DescribeListenersCommand({ ListenerArns: [arn] }));
  return Listeners?.[0];
};
const served = async () => (await listenerOf(shop, 'listener/443'))?.Certificates?.[0]?.CertificateArn;
const listed = ['ListCertificates', 'DescribeListeners', 'DescribeLoadBalancers'];

describe('services with certificates and domain names', () => {
  it('name no hosted zone that nobody has granted them', async () => {
    await world.apply([shop]);
    await world.condition(shop, 'Stalled', {
      reason: 'NotGranted',
      message: new RegExp(
        `spec\\.loadBalancer\\.domainName\\.hostedZoneId names arn:aws:route53:::hostedzone/${hostedZoneId}`,
      ),
    });
    expect(await certificates()).toEqual([]);
  });

  it('have the certificate issued before anybody is served, whatever becomes of answers', async () => {
    await world.aws.setDifficulty({
      permissions: { enforced: true },
      faults: [
        { action: 'RequestCertificate', effect: 'lost', when: 'after' },
        { action: 'ChangeResourceRecordSets', effect: 'lost', when: 'after', times: 2 },
      ],
    });
    const mark = await world.mark();
    await world.apply([main]);
    const status = await statusOf(shop);
    const [certificate, ...more] = await certificates();
    expect(more).toEqual([]);
    expect(status).toMatchObject({
      domainName: 'shop.example.com',
      certificates: [{ domainName: 'shop.example.com', arn: certificate?.CertificateArn, state: 'ISSUED' }],
    });
    expect(certificate).toMatchObject({ Status: 'ISSUED', InUse: true });
    expect(await served()).toBe(certificate?.CertificateArn);
    // Two names are proved by one record; each has beside it what says whose it is.
    const types = (await records()).map(({ Type = '' }): string => Type).sort();
    expect(types).toEqual(['A', 'CNAME', 'CNAME', 'TXT', 'TXT', 'TXT']);
    expect((await named('shop.example.com', 'A'))?.AliasTarget?.DNSName).toBe(
      `${status.loadBalancerDnsName?.toLowerCase()}.`,
    );
    const { RequestCertificate, CreateListener } = await deeds(mark);
    // The answer to one was lost; its token gave the same certificate.
    expect([RequestCertificate, CreateListener]).toEqual([2, 2]);
  });

  it('stay as they are: a second pass and two refreshes make no write', async () => {
    await world.refreshes(2, listed);
    const mark = await world.mark();
    await world.kubectl('annotate', '--namespace=web', 'ecss/shop', 'look=again');
    await world.refreshes(2, listed);
    expect(await world.writes(mark)).toEqual([]);
  });

  it('get back a record that somebody has deleted', async () => {
    for (const record of await records()) if (record.Type !== 'TXT') await change('DELETE', record);
    await eventually(
      'all three are back',
      async () => (await records()).filter(({ Type }) => Type !== 'TXT').length === 3,
    );
    await world.ready(shop);
  });

  it('leave alone what another has made under their name, and say so', async () => {
    const foreign = {
      Name: 'api.example.com',
      Type: 'A' as const,
      TTL: 60,
      ResourceRecords: [{ Value: '192.0.2.1' }],
    };
    await change('CREATE', foreign);
    await world.edit(shop, { loadBalancer: { domainName: { name: 'api.example.com' } } });
    await world.condition(shop, 'Stalled', {
      reason: 'NameTaken',
      message:
        /record api\.example\.com \(A\) in hosted zone \S+ says 192\.0\.2\.1, .* delete it, or give the name up/,
    });
    expect(await named('shop.example.com', 'A')).toBeUndefined();
    expect((await named('api.example.com', 'A'))?.ResourceRecords).toEqual(foreign.ResourceRecords);
    await change('DELETE', foreign);
    expect((await statusOf(shop)).domainName).toBe('api.example.com');
  });

  it('change the names of their certificate without being unserved for a moment', async () => {
    const before = await served();
    const mark = await world.mark();
    const certificate = {
      domainName: 'shop.example.com',
      subjectAlternativeNames: ['api.example.com'],
      hostedZoneId,
    };
    await world.edit(shop, { loadBalancer: { listeners: listeners(certificate) } });
    await world.ready(shop);
    await eventually('the former one is gone', async () => (await certificates()).length === 1);
    await world.ready(shop);
    const [now] = await certificates();
    expect(now?.SubjectAlternativeNameSummaries).toEqual(['shop.example.com', 'api.example.com']);
    expect(await served()).toBe(now?.CertificateArn);
    expect(now?.CertificateArn).not.toBe(before);
    const order = (await world.writes(mark)).map(({ action }) => action);
    expect(order.indexOf('RequestCertificate')).toBeLessThan(order.indexOf('ModifyListener'));
    expect(order.indexOf('ModifyListener')).toBeLessThan(order.indexOf('DeleteCertificate'));
    expect(await deeds(mark)).toMatchObject({ RequestCertificate: 1, ModifyListener: 1 });
    expect(order).not.toContain('DeleteListener');
    // The record of the name that both have stays, that of www.example.com went.
    expect((await records()).filter(({ Type }) => Type === 'CNAME')).toHaveLength(2);
  });

  it('say in AWS’s words why a certificate is not issued', async () => {
    const doomed = service('doomed', {
      listeners: listeners({ domainName: 'shop.internal', hostedZoneId }),
    });
    await world.apply([doomed]);
    await world.condition(doomed, 'Stalled', {
      reason: 'AwsRefused',
      message: /certificate-validation\/shop\.internal: .* is not usable \(FAILED, INVALID_PUBLIC_DOMAIN\)/,
    });
    await world.remove(doomed);
  });

  it('end TLS at a Network load balancer, too', async () => {
    const gate = service('gate', {
      type: 'Network',
      scheme: 'Internal',
      listeners: [
        { port: 80, protocol: 'TCP' },
        { port: 443, protocol: 'TLS', certificate: { domainName: 'gate.example.com', hostedZoneId } },
      ],
    });
    await world.apply([gate]);
    expect((await statusOf(gate)).certificates).toMatchObject([{ domainName: 'gate.example.com' }]);
    const listener = await listenerOf(gate, 'listener/443');
    expect(listener).toMatchObject({
      Protocol: 'TLS',
      SslPolicy: 'ELBSecurityPolicy-TLS13-1-2-2021-06',
      Certificates: [{ CertificateArn: expect.stringContaining(':certificate/') as string }],
      DefaultActions: [{ Type: 'forward' }],
    });
    await world.refreshes(2, listed);
    const mark = await world.mark();
    await world.refreshes(2, listed);
    expect(await world.writes(mark)).toEqual([]);
    await world.remove(gate);
  });

  it('are offered to others under a name that is proved by a record, and by another one when it changes', async () => {
    await world.apply([api, link]);
    const stateOf = async () => {
      const { status } = await world.ready(link);
      return (status as unknown as PrivateLinkEndpoint['status']).privateDns;
    };
    const first = await stateOf();
    expect(first).toMatchObject({ name: 'internal.example.com', state: 'verified', recordType: 'TXT' });
    const record = await named(`${first?.recordName}.internal.example.com`, 'TXT');
    if (!record) throw new Error('no record');
    expect(record.ResourceRecords).toEqual([{ Value: `"${first?.recordValue}"` }]);
    await change('DELETE', record);
    await eventually('the record is back', () => named(`${first?.recordName}.internal.example.com`, 'TXT'));
    await world.edit(link, { provide: { privateDnsName: 'private.example.com' } });
    expect(await stateOf()).toMatchObject({ name: 'private.example.com', state: 'verified' });
    expect((await records()).filter(({ Name = '' }) => Name.includes('internal'))).toEqual([]);
    await world.refreshes(2, ['DescribeVpcEndpointServiceConfigurations']);
    const mark = await world.mark();
    await world.refreshes(2, ['DescribeVpcEndpointServiceConfigurations']);
    expect(await world.writes(mark)).toEqual([]);
    await world.remove(link);
    await world.remove(api);
  });

  it('leave the proof to who else needs it: in another region, or with a key of another sort', async () => {
    const theirs = [
      { region: 'eu-west-1', DomainName: 'shop.example.com' },
      { region: 'us-east-1', DomainName: 'www.example.com', KeyAlgorithm: 'EC_prime256v1' as const },
    ];
    await world.remove(shop);
    expect(await records()).toEqual([]);
    const made = [];
    for (const { region, ...input } of theirs) {
      const client = new ACMClient({ ...world.clientOptions(), region });
      const { CertificateArn } = await client.send(
        new RequestCertificateCommand({ ...input, ValidationMethod: 'DNS' }),
      );
      made.push({ client, CertificateArn });
    }
    await world.apply([shop]);
    await world.ready(shop);
    await world.remove(shop);
    const left = await records();
    expect(left.map(({ Type }) => Type)).toEqual(['CNAME', 'CNAME']);
    for (const record of left) await change('DELETE', record);
    for (const { client, CertificateArn } of made) {
      await client.send(new DeleteCertificateCommand({ CertificateArn }));
      client.destroy();
    }
  });

  it('answer with one that is there, by a grant, change it in place, and leave it to whoever made it', async () => {
    const issued = async (DomainName: string) => {
      const asked = new RequestCertificateCommand({ DomainName, ValidationMethod: 'DNS' });
      const { CertificateArn: arn = '' } = await acm.send(asked);
      const seen = async () =>
        (await acm.send(new DescribeCertificateCommand({ CertificateArn: arn }))).Certificate;
      const { Name, Value } = await eventually(
        'its record is known',
        async () => (await seen())?.DomainValidationOptions?.[0]?.ResourceRecord,
      );
      await change('CREATE', { Name, Type: 'CNAME', TTL: 300, ResourceRecords: [{ Value }] });
      await eventually('it is issued', async () => (await seen())?.Status === 'ISSUED');
      return arn;
    };
    const [one, two] = [await issued('one.example.com'), await issued('two.example.com')];
    const secure = (protocol: string, certificateArn: string) => [{ port: 443, protocol, certificateArn }];
    const portal = service('portal', { listeners: secure('HTTPS', one) });
    const gate = service('gate', { type: 'Network', scheme: 'Internal', listeners: secure('TLS', one) });
    const both = [
      [portal, 'HTTPS'],
      [gate, 'TLS'],
    ] as const;
    const serving = async (object: Manifest) => {
      const { ListenerArn, Protocol, SslPolicy, Certificates } =
        (await listenerOf(object, 'listener/443')) ?? {};
      return { ListenerArn, Protocol, SslPolicy, certificate: Certificates?.[0]?.CertificateArn };
    };

    const mark = await world.mark();
    await world.apply([portal, gate]);
    for (const [object] of both)
      await world.condition(object, 'Stalled', {
        reason: 'NotGranted',
        message: new RegExp(`spec\\.loadBalancer\\.listeners\\[443\\]\\.certificateArn names ${one}`),
      });
    expect(await deeds(mark)).toEqual({});
    await world.apply([accountWith([`arn:aws:route53:::hostedzone/${hostedZoneId}`, one, two])]);
    const before = new Map<string, Awaited<ReturnType<typeof serving>>>();
    for (const [object, Protocol] of both) {
      await world.ready(object);
      const now = await serving(object);
      expect(now).toMatchObject({
        Protocol,
        SslPolicy: 'ELBSecurityPolicy-TLS13-1-2-2021-06',
        certificate: one,
      });
      before.set(Protocol, now);
    }
    await world.refreshes(2, ['DescribeListeners', 'DescribeLoadBalancers']);
    const stand = await world.mark();
    await world.refreshes(2, ['DescribeListeners', 'DescribeLoadBalancers']);
    expect(await world.writes(stand)).toEqual([]);

    for (const [object, protocol] of both)
      await world.edit(object, { loadBalancer: { listeners: secure(protocol, two) } });
    for (const [object, Protocol] of both) {
      await world.ready(object);
      expect(await serving(object)).toEqual({ ...before.get(Protocol), certificate: two });
    }
    expect(await deeds(stand)).toEqual({ ModifyListener: 2 });
    await elb.send(
      new ModifyListenerCommand({
        ListenerArn: before.get('HTTPS')?.ListenerArn,
        Certificates: [{ CertificateArn: one }],
      }),
    );
    await eventually('it is put back', async () => (await serving(portal)).certificate === two);

    await world.remove(portal);
    await world.remove(gate);
    const left = (await certificates()).map(({ CertificateArn }) => CertificateArn);
    expect(new Set(left)).toEqual(new Set([one, two]));
    for (const CertificateArn of [one, two])
      await eventually('nothing uses it any more', () =>
        acm.send(new DeleteCertificateCommand({ CertificateArn })).then(
          () => true,
          (error: Error) => {
            if (error.name === 'ResourceInUseException') return false;
            throw error;
          },
        ),
      );
    for (const record of await records()) await change('DELETE', record);
  });

  it('go without a trace', async () => {
    await world.remove(network);
    expect(await records()).toEqual([]);
    expect(await world.aws.dump()).toBe(empty);
    expect(await least.refusals()).toEqual([]);
  });
});
