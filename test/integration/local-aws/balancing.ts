import {
  AddTagsCommand,
  CreateListenerCommand,
  type CreateListenerCommandInput,
  CreateLoadBalancerCommand,
  type CreateLoadBalancerCommandInput,
  CreateTargetGroupCommand,
  type CreateTargetGroupCommandInput,
  DeleteListenerCommand,
  DeleteLoadBalancerCommand,
  DeleteTargetGroupCommand,
  DeregisterTargetsCommand,
  DescribeListenersCommand,
  DescribeLoadBalancerAttributesCommand,
  DescribeLoadBalancersCommand,
  DescribeTagsCommand,
  DescribeTargetGroupAttributesCommand,
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
  type LoadBalancer,
  ModifyListenerCommand,
  type ModifyListenerCommandInput,
  ModifyLoadBalancerAttributesCommand,
  ModifyTargetGroupCommand,
  type ModifyTargetGroupCommandInput,
  RegisterTargetsCommand,
  SetSecurityGroupsCommand,
  SetSubnetsCommand,
  type Tag,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { CreateSubnetCommand } from '@aws-sdk/client-ec2';
import { IAMClient, UploadServerCertificateCommand } from '@aws-sdk/client-iam';
import {
  GetResourcesCommand,
  ResourceGroupsTaggingAPIClient,
} from '@aws-sdk/client-resource-groups-tagging-api';
import { beforeEach, describe, expect, test } from 'vitest';

import { aws, clientOptions, ec2, given, refused } from './harness.ts';
import { type OwnNetwork, ownNetwork } from './own-network.ts';

/** Load balancers as their operator meets them: both types, their attributes, groups, listeners, targets and tags. */
export function balancing(): void {
  let network: OwnNetwork;
  let before: string;
  let elb: ElasticLoadBalancingV2Client;

  beforeEach(async () => {
    await aws().reset();
    await aws().hold();
    network = await ownNetwork();
    before = await aws().dump();
    elb = new ElasticLoadBalancingV2Client({ ...clientOptions(aws()), maxAttempts: 1 });
  });

  const balancer = async (input: Partial<CreateLoadBalancerCommandInput> = {}): Promise<LoadBalancer> => {
    const { subnets: Subnets, group } = network;
    const made = await elb.send(
      new CreateLoadBalancerCommand({ Name: 'web', Subnets, SecurityGroups: [group], ...input }),
    );
    return given(made.LoadBalancers?.[0]);
  };
  const networkBalancer = (input: Partial<CreateLoadBalancerCommandInput> = {}) =>
    balancer({ Type: 'network', Scheme: 'internal', ...input });
  const group = async (input: Partial<CreateTargetGroupCommandInput> = {}): Promise<string> => {
    const VpcId = network.vpc;
    const made = await elb.send(
      new CreateTargetGroupCommand({
        Name: 'web',
        Protocol: 'HTTP',
        Port: 80,
        VpcId,
        TargetType: 'ip',
        ...input,
      }),
    );
    return given(made.TargetGroups?.[0]?.TargetGroupArn);
  };
  const listen = async (
    LoadBalancerArn: string,
    TargetGroupArn: string,
    input: Partial<CreateListenerCommandInput> = {},
  ) => {
    const DefaultActions = [{ Type: 'forward' as const, TargetGroupArn }];
    const made = await elb.send(
      new CreateListenerCommand({ LoadBalancerArn, Protocol: 'HTTP', Port: 80, DefaultActions, ...input }),
    );
    return given(made.Listeners?.[0]);
  };
  const modify = (ListenerArn: string | undefined, input: Partial<ModifyListenerCommandInput>) =>
    elb.send(new ModifyListenerCommand({ ListenerArn, ...input }));
  const certificate = async (ServerCertificateName: string): Promise<string> => {
    const made = await new IAMClient(clientOptions(aws())).send(
      new UploadServerCertificateCommand({
        ServerCertificateName,
        CertificateBody: 'body',
        PrivateKey: 'key',
      }),
    );
    return given(made.ServerCertificateMetadata?.Arn);
  };
  const arnOf = (found: LoadBalancer) => given(found.LoadBalancerArn);

  describe('network load balancers', () => {
    test('have names of their own, and no groups unless they get some at once', async () => {
      const web = await networkBalancer({ SecurityGroups: [] });
      const id = arnOf(web).split('/').at(-1);
      expect(web).toMatchObject({
        LoadBalancerArn: expect.stringContaining(':loadbalancer/net/web/') as string,
        DNSName: `web-${id}.elb.us-east-1.amazonaws.com`,
        CanonicalHostedZoneId: 'Z26RNL4JYFTOTI',
        Type: 'network',
        Scheme: 'internal',
      });
      expect(web.SecurityGroups ?? []).toEqual([]);
      const SecurityGroups = [network.group];
      const set = (LoadBalancerArn: string, groups: string[]) =>
        elb.send(new SetSecurityGroupsCommand({ LoadBalancerArn, SecurityGroups: groups }));
      await refused(set(arnOf(web), SecurityGroups), 'InvalidConfigurationRequest', /created without any/);
      const api = await networkBalancer({ Name: 'api' });
      await set(arnOf(api), SecurityGroups);
      await refused(set(arnOf(api), []), 'ValidationError');
      await refused(set(arnOf(api), ['sg-0']), 'InvalidSecurityGroup');
      const rules = (LoadBalancerArn: string, enforced: 'on' | 'off') => {
        const EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic = enforced;
        return elb.send(
          new SetSecurityGroupsCommand({
            LoadBalancerArn,
            SecurityGroups,
            EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic,
          }),
        );
      };
      const shown = async () => {
        const answer = await elb.send(new DescribeLoadBalancersCommand({ LoadBalancerArns: [arnOf(api)] }));
        return answer.LoadBalancers?.[0]?.EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic;
      };
      expect(await shown()).toBeUndefined();
      await rules(arnOf(api), 'off');
      expect(await shown()).toBe('off');
      await rules(arnOf(api), 'on');
      expect(await shown()).toBe('on');
      const enis = await network.interfaces();
      expect(enis.map(({ Description = '' }) => Description.split('/').slice(0, 2).join('/')).sort()).toEqual(
        ['ELB net/api', 'ELB net/api', 'ELB net/web', 'ELB net/web'],
      );
    });

    test('one zone is enough, and a subnet takes the place of another when that one is gone', async () => {
      const [first, second] = network.subnets;
      const web = await networkBalancer({ Subnets: [first] });
      const made = await ec2().send(
        new CreateSubnetCommand({
          VpcId: network.vpc,
          CidrBlock: '10.0.2.0/24',
          AvailabilityZone: 'us-east-1a',
        }),
      );
      const other = given(made.Subnet?.SubnetId);
      const set = (...Subnets: string[]) =>
        elb.send(new SetSubnetsCommand({ LoadBalancerArn: arnOf(web), Subnets }));
      await set(first, second);
      await refused(set(other, second), 'InvalidConfigurationRequest', /independent actions/);
      await set(second);
      await set(second, other);
      await refused(set(first, other), 'InvalidConfigurationRequest', /same Availability Zone/);
      await refused(set('subnet-0'), 'SubnetNotFound');
    });
  });

  test('what application load balancers are called, and where they stand', async () => {
    const inside = await balancer({ Name: 'in', Scheme: 'internal' });
    expect(inside.DNSName).toMatch(/^internal-in-\d+\.us-east-1\.elb\.amazonaws\.com$/);
    expect(inside.CanonicalHostedZoneId).toBe('Z35SXDOTRQ7X7K');
    for (const Name of ['a'.repeat(33), '-a', 'a-', 'a_b', 'internal-a'])
      await refused(balancer({ Name }), 'ValidationError');
    const [first] = network.subnets;
    const set = (...Subnets: string[]) =>
      elb.send(new SetSubnetsCommand({ LoadBalancerArn: arnOf(inside), Subnets }));
    await refused(set(first), 'ValidationError', /At least two subnets/);
    await refused(balancer({ Subnets: ['subnet-0', first] }), 'SubnetNotFound');
    await refused(balancer({ Name: 'six', IpAddressType: 'dualstack' }), 'InvalidSubnet', /IPv6 CIDR block/);
    const Tags: Tag[] = [{ Key: 'whose', Value: 'mine' }];
    // Somebody else who asks for the same is told of the one that is there.
    expect(arnOf(await balancer({ Name: 'in', Scheme: 'internal', Tags }))).toBe(arnOf(inside));
    const tags = await elb.send(new DescribeTagsCommand({ ResourceArns: [arnOf(inside)] }));
    expect(tags.TagDescriptions?.[0]?.Tags ?? []).toEqual([]);
  });

  test('attributes: all of their type, with their defaults, and no others', async () => {
    const read = async (LoadBalancerArn: string) => {
      const found = await elb.send(new DescribeLoadBalancerAttributesCommand({ LoadBalancerArn }));
      return Object.fromEntries((found.Attributes ?? []).map(({ Key = '', Value = '' }) => [Key, Value]));
    };
    const write = (LoadBalancerArn: string, Key: string, Value: string) =>
      elb.send(new ModifyLoadBalancerAttributesCommand({ LoadBalancerArn, Attributes: [{ Key, Value }] }));
    const web = arnOf(await balancer());
    expect(await read(web)).toMatchObject({
      'deletion_protection.enabled': 'false',
      'idle_timeout.timeout_seconds': '60',
      'load_balancing.cross_zone.enabled': 'true',
      'routing.http.desync_mitigation_mode': 'defensive',
      'routing.http.drop_invalid_header_fields.enabled': 'false',
    });
    await write(web, 'idle_timeout.timeout_seconds', '120');
    expect((await read(web))['idle_timeout.timeout_seconds']).toBe('120');
    await refused(write(web, 'idle_timeout.timeout_seconds', '4001'), 'ValidationError', /'1-4000'/);
    await refused(write(web, 'routing.http2.enabled', 'maybe'), 'ValidationError');
    await refused(write(web, 'load_balancing.cross_zone.enabled', 'false'), 'InvalidConfigurationRequest');
    const api = arnOf(await networkBalancer({ Name: 'api' }));
    const ofApi = await read(api);
    expect(ofApi).toMatchObject({ 'load_balancing.cross_zone.enabled': 'false' });
    expect(ofApi).not.toHaveProperty(['idle_timeout.timeout_seconds']);
    await write(api, 'load_balancing.cross_zone.enabled', 'true');
    await refused(
      write(api, 'idle_timeout.timeout_seconds', '60'),
      'InvalidConfigurationRequest',
      /not supported on load balancers with type 'network'/,
    );
  });

  test('target groups have the health check that their protocol allows, and change nothing else', async () => {
    const check = {
      HealthCheckPath: '/health',
      HealthCheckIntervalSeconds: 30,
      HealthCheckTimeoutSeconds: 5,
      HealthyThresholdCount: 2,
      UnhealthyThresholdCount: 3,
      Matcher: { HttpCode: '200-299' },
    };
    const read = async (TargetGroupArn: string) => {
      const found = await elb.send(new DescribeTargetGroupsCommand({ TargetGroupArns: [TargetGroupArn] }));
      return given(found.TargetGroups?.[0]);
    };
    const change = (TargetGroupArn: string, input: Partial<ModifyTargetGroupCommandInput>) =>
      elb.send(new ModifyTargetGroupCommand({ TargetGroupArn, ...input }));
    const web = await group(check);
    const whole = {
      ...check,
      HealthCheckProtocol: 'HTTP',
      HealthCheckPort: 'traffic-port',
      HealthCheckEnabled: true,
      TargetType: 'ip',
      ProtocolVersion: 'HTTP1',
    };
    expect(await read(web)).toMatchObject(whole);
    await change(web, { HealthCheckPath: '/', Matcher: { HttpCode: '200' } });
    expect(await read(web)).toMatchObject({
      ...whole,
      HealthCheckPath: '/',
      Matcher: { HttpCode: '200' },
    });
    await refused(change(web, { HealthCheckTimeoutSeconds: 30 }), 'ValidationError', /smaller than/);
    await refused(change(web, { HealthCheckProtocol: 'TCP' }), 'ValidationError', /not supported/);
    await refused(change(web, { HealthCheckPath: 'health' }), 'ValidationError');
    await refused(change(web, { HealthyThresholdCount: 11 }), 'ValidationError');
    await refused(group(check), 'DuplicateTargetGroupName');
    await refused(group({ Name: 'a--b' }), 'ValidationError');

    const tcp = await group({ Name: 'api', Protocol: 'TCP', Port: 8080 });
    const bare = await read(tcp);
    expect(bare).toMatchObject({ HealthCheckProtocol: 'TCP' });
    expect([bare.HealthCheckPath, bare.Matcher]).toEqual([undefined, undefined]);
    await change(tcp, {
      HealthCheckProtocol: 'HTTP',
      HealthCheckPath: '/x',
      Matcher: { HttpCode: '200-399' },
    });
    expect(await read(tcp)).toMatchObject({
      HealthCheckProtocol: 'HTTP',
      HealthCheckPath: '/x',
      Matcher: { HttpCode: '200-399' },
    });
    await change(tcp, { HealthCheckProtocol: 'TCP' });
    expect((await read(tcp)).HealthCheckPath).toBeUndefined();

    const attributes = async (TargetGroupArn: string) => {
      const found = await elb.send(new DescribeTargetGroupAttributesCommand({ TargetGroupArn }));
      return Object.fromEntries((found.Attributes ?? []).map(({ Key = '', Value = '' }) => [Key, Value]));
    };
    expect(await attributes(web)).toMatchObject({
      'deregistration_delay.timeout_seconds': '300',
      'stickiness.type': 'lb_cookie',
    });
    expect(await attributes(tcp)).toMatchObject({ 'preserve_client_ip.enabled': 'false' });
  });

  test('a target group serves one load balancer, and says which', async () => {
    const [web, api] = [arnOf(await balancer()), arnOf(await balancer({ Name: 'api' }))];
    const target = await group();
    const used = async () => {
      const found = await elb.send(new DescribeTargetGroupsCommand({ TargetGroupArns: [target] }));
      return found.TargetGroups?.[0]?.LoadBalancerArns ?? [];
    };
    expect(await used()).toEqual([]);
    const first = await listen(web, target);
    await listen(web, target, { Port: 81 });
    expect(await used()).toEqual([web]);
    await refused(listen(api, target), 'TargetGroupAssociationLimit', /more than one load balancer/);
    await elb.send(new DeleteListenerCommand({ ListenerArn: first.ListenerArn }));
    expect(await used()).toEqual([web]);
    await elb.send(new DeleteLoadBalancerCommand({ LoadBalancerArn: web }));
    expect(await used()).toEqual([]);
    await listen(api, target);
    expect(await used()).toEqual([api]);
    await refused(elb.send(new DeleteTargetGroupCommand({ TargetGroupArn: target })), 'ResourceInUse');
  });

  test('listeners want what their protocol needs, and show what they do', async () => {
    const web = arnOf(await balancer());
    const target = await group();
    const [one, two] = [await certificate('one'), await certificate('two')];
    const plain = await listen(web, target);
    expect(plain.SslPolicy).toBeUndefined();
    expect(plain.DefaultActions).toEqual([
      {
        Type: 'forward',
        TargetGroupArn: target,
        ForwardConfig: {
          TargetGroups: [{ TargetGroupArn: target, Weight: 1 }],
          TargetGroupStickinessConfig: { Enabled: false },
        },
      },
    ]);
    const secure = (input: Partial<CreateListenerCommandInput> = {}) =>
      listen(web, target, { Port: 443, Protocol: 'HTTPS', ...input });
    const SslPolicy = 'ELBSecurityPolicy-TLS13-1-2-2021-06';
    const Certificates = [{ CertificateArn: one }];
    await refused(secure(), 'ValidationError', /A certificate must be specified/);
    const missing = [{ CertificateArn: 'arn:aws:acm:us-east-1:123456789012:certificate/none' }];
    await refused(secure({ Certificates: missing }), 'CertificateNotFound');
    await refused(secure({ Certificates, SslPolicy: 'none' }), 'SSLPolicyNotFound');
    await refused(secure({ Protocol: 'TLS', Certificates }), 'UnsupportedProtocol');
    await refused(listen(web, target, { Port: 82, Certificates }), 'ValidationError');
    const https = await secure({ Certificates, SslPolicy });
    expect(https).toMatchObject({ Certificates, SslPolicy, Protocol: 'HTTPS', Port: 443 });
    expect((await secure({ Certificates, SslPolicy })).ListenerArn).toBe(https.ListenerArn);
    await refused(secure({ Certificates }), 'DuplicateListener');

    await refused(modify(plain.ListenerArn, { Port: 443 }), 'DuplicateListener');
    await refused(modify(plain.ListenerArn, { Protocol: 'HTTPS' }), 'ValidationError');
    const changed = await modify(https.ListenerArn, { Certificates: [{ CertificateArn: two }] });
    expect(changed.Listeners?.[0]).toMatchObject({ Certificates: [{ CertificateArn: two }], SslPolicy });
    const opened = (await modify(https.ListenerArn, { Protocol: 'HTTP' })).Listeners?.[0];
    expect([opened?.SslPolicy, opened?.Certificates ?? []]).toEqual([undefined, []]);
    const RedirectConfig = { Protocol: 'HTTPS', Port: '443', StatusCode: 'HTTP_301' as const };
    const DefaultActions = [{ Type: 'redirect' as const, RedirectConfig }];
    const led = await modify(plain.ListenerArn, { DefaultActions });
    expect(led.Listeners?.[0]?.DefaultActions).toEqual([
      {
        Type: 'redirect',
        RedirectConfig: { ...RedirectConfig, Host: '#{host}', Path: '/#{path}', Query: '#{query}' },
      },
    ]);
  });

  test('listeners of network load balancers forward TCP and TLS, and do nothing else', async () => {
    const api = arnOf(await networkBalancer());
    const [http, tcp] = [await group(), await group({ Name: 'api', Protocol: 'TCP', Port: 8080 })];
    await refused(listen(api, http, { Protocol: 'TCP' }), 'IncompatibleProtocols');
    await refused(listen(api, tcp), 'UnsupportedProtocol');
    const RedirectConfig = { Protocol: 'HTTPS', Port: '443', StatusCode: 'HTTP_301' as const };
    await refused(
      listen(api, tcp, { Protocol: 'TCP', DefaultActions: [{ Type: 'redirect', RedirectConfig }] }),
      'InvalidLoadBalancerAction',
    );
    const made = await listen(api, tcp, { Protocol: 'TCP' });
    expect(made.ListenerArn).toContain(':listener/net/web/');
    const Certificates = [{ CertificateArn: await certificate('one') }];
    const tls = await modify(made.ListenerArn, { Protocol: 'TLS', Certificates });
    expect(tls.Listeners?.[0]).toMatchObject({ Protocol: 'TLS', Certificates });
  });

  test('targets are initial, then as their checks find them, and drain when they leave', async () => {
    const target = await group();
    const TargetGroupArn = target;
    const health = async (arn = target) => {
      const found = await elb.send(new DescribeTargetHealthCommand({ TargetGroupArn: arn }));
      return (found.TargetHealthDescriptions ?? []).map(({ TargetHealth: is }) =>
        is?.Reason === undefined ? is?.State : `${is.State}: ${is.Reason}`,
      );
    };
    const Targets = [{ Id: '10.0.0.77', Port: 80 }];
    expect(await health()).toEqual([]);
    await elb.send(new RegisterTargetsCommand({ TargetGroupArn, Targets }));
    expect(await health()).toEqual(['unused: Target.NotInUse']);
    await listen(arnOf(await balancer()), target);
    expect(await health()).toEqual(['initial: Elb.InitialHealthChecking']);
    await aws().letPass(1);
    expect(await health()).toEqual(['healthy']);
    await elb.send(new ModifyTargetGroupCommand({ TargetGroupArn, HealthCheckPath: '/does-not-exist' }));
    expect(await health()).toEqual(['unhealthy: Target.ResponseCodeMismatch']);
    await elb.send(new DeregisterTargetsCommand({ TargetGroupArn, Targets }));
    expect(await health()).toEqual(['draining: Target.DeregistrationInProgress']);
    await aws().letPass(1);
    expect(await health()).toEqual([]);
    await refused(health(`${target}0`), 'TargetGroupNotFound');
  });

  test('describing: pages, at most 20 by ARN, and nothing where one of them is missing', async () => {
    const groups: string[] = [];
    for (let n = 0; n < 21; n += 1) groups.push(await group({ Name: `g${n}` }));
    const first = await elb.send(new DescribeTargetGroupsCommand({ PageSize: 15 }));
    expect(first.TargetGroups).toHaveLength(15);
    const second = await elb.send(
      new DescribeTargetGroupsCommand({ PageSize: 15, Marker: first.NextMarker }),
    );
    expect([second.TargetGroups?.length, second.NextMarker]).toEqual([6, undefined]);
    await refused(elb.send(new DescribeTargetGroupsCommand({ PageSize: 401 })), 'ValidationError');
    await refused(elb.send(new DescribeTagsCommand({ ResourceArns: groups })), 'ValidationError');
    const read = await elb.send(new DescribeTagsCommand({ ResourceArns: groups.slice(0, 20) }));
    expect(read.TagDescriptions).toHaveLength(20);
    const missing = `${groups[0]}0`;
    await refused(
      elb.send(new DescribeTagsCommand({ ResourceArns: [given(groups[0]), missing] })),
      'TargetGroupNotFound',
    );
    await refused(
      elb.send(new DescribeTargetGroupsCommand({ TargetGroupArns: [given(groups[0]), missing] })),
      'TargetGroupNotFound',
    );
    const [one, two] = [arnOf(await balancer()), arnOf(await balancer({ Name: 'api' }))];
    const listener = given((await listen(one, given(groups[0]))).ListenerArn);
    await refused(
      elb.send(new DescribeListenersCommand({ ListenerArns: [listener, `${listener}0`] })),
      'ListenerNotFound',
    );
    await refused(
      elb.send(new DescribeLoadBalancersCommand({ LoadBalancerArns: [one, `${two}0`] })),
      'LoadBalancerNotFound',
    );
    await refused(
      elb.send(new DescribeLoadBalancersCommand({ Names: ['web', 'none'] })),
      'LoadBalancerNotFound',
    );
  });

  test('tags: fifty, none of AWS, of listeners too, and known to the tagging API while their thing is there', async () => {
    const Tags = [{ Key: 'own', Value: 'yes' }];
    const web = arnOf(await balancer({ Tags }));
    const target = await group({ Tags });
    const listener = given((await listen(web, target, { Tags })).ListenerArn);
    const tagging = new ResourceGroupsTaggingAPIClient(clientOptions(aws()));
    const listed = async (...ResourceTypeFilters: string[]) => {
      const TagFilters = [{ Key: 'own', Values: ['yes'] }];
      const found = await tagging.send(new GetResourcesCommand({ ResourceTypeFilters, TagFilters }));
      return (found.ResourceTagMappingList ?? []).map(({ ResourceARN = '' }) => ResourceARN).sort();
    };
    expect(await listed('elasticloadbalancing')).toEqual([listener, target, web].sort());
    expect(await listed('elasticloadbalancing:listener')).toEqual([listener]);
    expect(await listed('elasticloadbalancing:loadbalancer', 'elasticloadbalancing:targetgroup')).toEqual(
      [target, web].sort(),
    );
    const add = (...keys: string[]) =>
      elb.send(
        new AddTagsCommand({ ResourceArns: [listener], Tags: keys.map((Key) => ({ Key, Value: 'x' })) }),
      );
    const keys = (count: number) => Array.from({ length: count }, (_, n) => `k${n}`);
    await add(...keys(49));
    await refused(add('one-more'), 'TooManyTags');
    await refused(add('aws:x'), 'ValidationError');
    await refused(add('twice', 'twice'), 'DuplicateTagKeys');
    await elb.send(new DeleteLoadBalancerCommand({ LoadBalancerArn: web }));
    expect(await listed('elasticloadbalancing')).toEqual([target]);
    await elb.send(new DeleteTargetGroupCommand({ TargetGroupArn: target }));
    await aws().letPass(1);
    expect((await aws().dump()) === before).toBe(true);
  });
}
