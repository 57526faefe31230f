import {
  AssociateWebACLCommand,
  CreateWebACLCommand,
  DeleteWebACLCommand,
  DisassociateWebACLCommand,
  GetWebACLCommand,
  GetWebACLForResourceCommand,
  ListWebACLsCommand,
  UpdateWebACLCommand,
  WAFV2Client,
} from '@aws-sdk/client-wafv2';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually, eventuallyTaken } from '../support/eventually.ts';
import { bounded, type LeastPrivilege, leastPrivilege } from '../support/least-privilege.ts';
import { account, namespace, smallNetwork, smallService } from '../support/manifests.ts';
import { conditionOf, idsOf, World } from '../support/world.ts';

/** A web ACL before one service, under the least policy and the boundary, from its first rule to its last. */

/** What a listing of each lane calls. */
const LISTINGS = ['DescribeServices', 'DescribeLoadBalancers', 'ListWebACLs', 'GetWebACLForResource'];
const visible = (MetricName: string) => ({
  MetricName,
  CloudWatchMetricsEnabled: true,
  SampledRequestsEnabled: true,
});
const common = { name: 'AWSManagedRulesCommonRuleSet', priority: 10 };
const webAcl = { managedRuleGroups: [common], rateLimit: { requests: 500 } };

let world: World;
let least: LeastPrivilege;
let empty: string;
let waf: WAFV2Client;
let shared: string;

const network = smallNetwork('net', 'web', {
  zones: { count: 2 },
  tiers: [{ name: 'public' }, { name: 'private' }],
  securityGroups: { alb: {}, ecs: { ports: [{ name: 'http', fromPort: 8080, toPort: 8080 }] } },
});
const service = smallService('shop', 'web', 'net', {
  task: { containers: [{ name: 'app', image: 'shop:1', ports: [{ port: 8080 }] }] },
  loadBalancer: {
    type: 'Application',
    scheme: 'InternetFacing',
    listeners: [{ port: 80, protocol: 'HTTP' }],
    webAcl,
  },
});
const accountWith = (grants: object[]) => bounded(account('main', ['web'], { grants }));
/** All that a merge patch has to say for this to be the web ACL. */
const only = (wanted: object) => ({
  loadBalancer: { webAcl: { arn: null, managedRuleGroups: null, rateLimit: null, ...wanted } },
});

const deeds = async (mark: number) =>
  (await world.writes(mark))
    .filter(({ caller, error }) => caller?.includes(':assumed-role/landfall-least/') && error === null)
    .map(({ action }) => action ?? '');
const balancer = async () => idsOf(await world.ready(service))['load-balancer'] ?? '';
const inForce = async () => {
  const answer = await waf.send(new GetWebACLForResourceCommand({ ResourceArn: await balancer() }));
  return answer.WebACL?.ARN;
};
const own = async () => {
  const { WebACLs } = await waf.send(new ListWebACLsCommand({ Scope: 'REGIONAL' }));
  return WebACLs?.find(({ Name }) => Name === 'shop-dev-web-acl');
};
const content = async () => waf.send(new GetWebACLCommand({ ARN: (await own())?.ARN }));
const rules = async () => ((await content()).WebACL?.Rules ?? []).map(({ Name = '' }) => Name).sort();
const make = async (Name: string) => {
  const made = await waf.send(
    new CreateWebACLCommand({
      Name,
      Scope: 'REGIONAL',
      DefaultAction: { Allow: {} },
      VisibilityConfig: visible(Name),
    }),
  );
  return made.Summary?.ARN ?? '';
};
const unmake = async (ARN: string) => {
  const { WebACL, LockToken } = await waf.send(new GetWebACLCommand({ ARN }));
  const { Name, Id } = WebACL ?? expect.fail();
  await waf.send(new DeleteWebACLCommand({ Name, Id, Scope: 'REGIONAL', LockToken }));
};

beforeAll(async () => {
  world = await World.start();
  waf = new WAFV2Client(world.clientOptions());
  await world.claim();
  least = await leastPrivilege(world, [accountWith([]), network, service]);
  empty = await world.aws.dump();
  world.operator();
  await world.apply([namespace('web'), accountWith([]), network]);
  await world.ready(network);
});
afterAll(async () => {
  waf?.destroy();
  least?.close();
  await world?.stop();
});

it('comes with its rules and is put on the load balancer when it has them; then nothing is written', async () => {
  const mark = await world.mark();
  await world.apply([service]);
  await world.ready(service);
  expect(await rules()).toEqual(['AWSManagedRulesCommonRuleSet', 'rate-limit']);
  expect(await inForce()).toBe((await own())?.ARN);
  const calls = (await deeds(mark)).filter((action) => action.includes('WebACL'));
  expect(calls).toEqual(['CreateWebACL', 'UpdateWebACL', 'AssociateWebACL']);
  const still = await world.mark();
  await world.refreshes(3, LISTINGS);
  expect(await deeds(still)).toEqual([]);
  const reads = (await world.aws.ledger(still)).filter(({ service: one }) => one === 'wafv2');
  const count = (name: string) => reads.filter(({ action }) => action === name).length;
  // One listing a refresh, whoever owns what it shows, and one call each for what is read object by object.
  const rounds = count('ListWebACLs') + 1;
  expect([...new Set(reads.map(({ action }) => action ?? ''))].sort()).toEqual([
    'GetWebACL',
    'GetWebACLForResource',
    'ListWebACLs',
  ]);
  expect(count('GetWebACL')).toBeLessThanOrEqual(rounds);
  expect(count('GetWebACLForResource')).toBeLessThanOrEqual(rounds);
  expect(await least.refusals()).toEqual([]);
});

it('what AWS does not take yet is tried again within seconds, ever more rarely, though no listing shows when it does', async () => {
  await world.edit(service, { loadBalancer: { webAcl: null } });
  await eventually('its web ACL gone', async () => (await own()) === undefined);
  const permissions = { enforced: true };
  const unavailable = { action: 'AssociateWebACL', code: 'WAFUnavailableEntityException', times: 6 };
  await world.aws.setDifficulty({ permissions, faults: [unavailable] });
  const mark = await world.mark();
  await world.apply([service]);
  await world.ready(service, 25_000);
  await world.aws.setDifficulty({ permissions });
  const tried = (await world.aws.ledger(mark)).filter(({ action }) => action === 'AssociateWebACL');
  expect(tried.map(({ error }) => error)).toEqual([
    ...Array.from({ length: 6 }, () => unavailable.code),
    null,
  ]);
  expect(await inForce()).toBe((await own())?.ARN);
});

it('what somebody else changes is put back, and nothing else is written', async () => {
  const { WebACL, LockToken } = await content();
  const { Name, Id, DefaultAction, VisibilityConfig, Rules: [first] = [] } = WebACL ?? expect.fail();
  const mark = await world.mark();
  await waf.send(
    new UpdateWebACLCommand({
      Name,
      Id,
      Scope: 'REGIONAL',
      LockToken,
      DefaultAction,
      VisibilityConfig,
      TokenDomains: ['example.com'],
      Rules: first && [{ ...first, Name: 'stray' }],
    }),
  );
  await waf.send(new DisassociateWebACLCommand({ ResourceArn: await balancer() }));
  const all = ['AssociateWebACL', 'UpdateWebACL'];
  await eventually('both repairs', async () => (await deeds(mark)).length >= all.length, {
    seen: () => deeds(mark),
  });
  const object = await world.condition(service, 'Drifted', { status: 'False', reason: 'DriftRepaired' });
  expect(conditionOf(object, 'Ready')?.status).toBe('True');
  await world.refreshes(2, LISTINGS);
  expect((await deeds(mark)).sort()).toEqual(all);
  expect(await rules()).toEqual(['AWSManagedRulesCommonRuleSet', 'rate-limit']);
  expect((await content()).WebACL?.TokenDomains).toEqual(['example.com']);
  expect(await inForce()).toBe((await own())?.ARN);
});

it('a group is added, and another only counts, in place and in one write each', async () => {
  const { ARN } = (await own()) ?? expect.fail();
  const mark = await world.mark();
  const sql = { name: 'AWSManagedRulesSQLiRuleSet', priority: 20 };
  await world.edit(service, { loadBalancer: { webAcl: { managedRuleGroups: [common, sql] } } });
  await world.ready(service);
  await world.edit(service, {
    loadBalancer: { webAcl: { managedRuleGroups: [{ ...common, action: 'Count' }, sql] } },
  });
  await world.ready(service);
  expect(await deeds(mark)).toEqual(['UpdateWebACL', 'UpdateWebACL']);
  const { WebACL } = await content();
  expect(WebACL?.ARN).toBe(ARN);
  const counted = WebACL?.Rules?.find(({ Name }) => Name === common.name);
  expect(counted?.OverrideAction).toEqual({ Count: {} });
  expect(await rules()).toHaveLength(3);
});

it('one that there is takes its place, by a grant and not without; named no more it is taken off', async () => {
  shared = await make('shared');
  await world.edit(service, only({ arn: shared }));
  await world.condition(service, 'Stalled', { reason: 'NotGranted', message: /webAcl\.arn names .*shared/ });
  expect(await own()).toBeDefined();
  await world.apply([accountWith([{ name: 'edge', namespaces: ['web'], arns: [shared] }])]);
  await world.ready(service);
  expect(await inForce()).toBe(shared);
  await eventually('its own one gone', async () => (await own()) === undefined);
  await world.edit(service, { loadBalancer: { webAcl: null } });
  await eventually('none in force', async () => (await inForce()) === undefined);
  expect((await waf.send(new GetWebACLCommand({ ARN: shared }))).WebACL?.Name).toBe('shared');
  await unmake(shared);
});

it('one that others have put there is left, until they take it off', async () => {
  const theirs = await make('firewall-manager');
  const ResourceArn = await balancer();
  await eventuallyTaken('it is there everywhere', () =>
    waf.send(new AssociateWebACLCommand({ ResourceArn, WebACLArn: theirs })),
  );
  await world.edit(service, only(webAcl));
  await world.condition(service, 'Stalled', {
    reason: 'NameTaken',
    message: /has web ACL .*firewall-manager/,
  });
  expect((await waf.send(new GetWebACLForResourceCommand({ ResourceArn }))).WebACL?.ARN).toBe(theirs);
  await waf.send(new DisassociateWebACLCommand({ ResourceArn }));
  expect(await inForce()).toBe((await own())?.ARN);
  await unmake(theirs);
});

it('deletion leaves nothing, and the load balancer is protected to its end', async () => {
  const mark = await world.mark();
  await world.remove(service);
  const gone = (await deeds(mark)).filter((action) => /WebACL|DeleteLoadBalancer/.test(action));
  expect(gone).toEqual(['DeleteLoadBalancer', 'DeleteWebACL']);
  await world.remove(network);
  expect(await least.refusals()).toEqual([]);
  expect(await world.aws.dump()).toBe(empty);
});
