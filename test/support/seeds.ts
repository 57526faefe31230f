import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

/** What a system that Landfall has to be able to run says of one of its networks. */
export interface SeedNetwork {
  /** Below `manifests/examples`. */
  readonly example: string;
  /** `Kind/namespace/name`. */
  readonly owner: string;
  /** Name of the Account, which is that of the seeds' profile. */
  readonly account: string;
  readonly accountId: string;
  readonly region: string;
  readonly cidr: string;
  readonly zones: number;
  /** Subnets by tier. */
  readonly subnets: Readonly<Record<string, number>>;
  readonly internetGateways: number;
  readonly natGateways: number;
  readonly gatewayEndpoints: readonly string[];
  readonly interfaceEndpoints: readonly string[];
  /** Tier, block: what is reached by the transit gateway. */
  readonly transitRoutes: readonly string[];
  /** From, to, TCP ports. */
  readonly open: readonly string[];
  /** From, block, TCP ports: what is opened to addresses outside. */
  readonly calls: readonly string[];
}

/** And of one of its services. */
export interface SeedService {
  readonly owner: string;
  readonly account: string;
  readonly region: string;
  /** Owner of the network that it runs in. */
  readonly network: string;
  readonly cluster: string;
  readonly service: string;
  readonly family: string;
  readonly logGroup: string;
  readonly executionRole: string;
  readonly launchType: string;
  /** As AWS writes it: CPU units and MiB of a task. */
  readonly cpu: string;
  readonly memoryMiB: string;
  readonly desiredCount: number;
  readonly minimumHealthyPercent: number;
  readonly maximumPercent: number;
  readonly networkMode: string;
  /** On what its tasks run, in words; undefined on Fargate. */
  readonly instances?: string;
  readonly retentionDays: number;
  readonly containers: Readonly<Record<string, SeedContainer>>;
  /** Metric, threshold, and over what time, each in words. */
  readonly alarms: readonly string[];
  /** In AWS's words; undefined where nothing stands before it. */
  readonly loadBalancer?: SeedLoadBalancer;
}

interface SeedContainer {
  /** Repository, and the name of the account whose registry has it. */
  readonly image: string;
  /** Protocol, port, and port of the instance. */
  readonly port: string;
  readonly user: string;
  /** Whether its root file system is. */
  readonly readOnly: boolean;
  /** Variables; of one that lists endpoints their names and ports. */
  readonly environment: Readonly<Record<string, string>>;
  /** Variables that ECS fills in, with where each comes from; undefined for none. */
  readonly secrets?: Readonly<Record<string, string>>;
  readonly logPrefix: string;
}

interface SeedLoadBalancer {
  readonly type: string;
  readonly scheme: string;
  /** Protocol and port. */
  readonly listeners: readonly string[];
  readonly targetGroup: string;
  /** Container and port. */
  readonly target: string;
  /** Protocol and path. */
  readonly healthCheck: string;
  /** Interval and timeout. */
  readonly healthCheckSeconds: string;
  /** Healthy and unhealthy. */
  readonly thresholds: string;
  readonly graceSeconds: number;
}

/** And of the side of a private connection that offers something. */
export interface SeedProvider {
  readonly owner: string;
  readonly account: string;
  readonly region: string;
  /** Owner of the service whose load balancer it stands in front of. */
  readonly loadBalancer: string;
  readonly acceptanceRequired: boolean;
  /** Ids of accounts. */
  readonly principals: readonly string[];
  /** Owners of the endpoints that are connected. */
  readonly accepts: readonly string[];
}

/** And of the side that uses it. */
export interface SeedConsumer {
  readonly owner: string;
  readonly account: string;
  readonly region: string;
  /** Owner of the side that offers it. */
  readonly from: string;
  readonly network: string;
  readonly zones: number;
  /** Owner of the service that is let in, and port. */
  readonly open: readonly string[];
}

/** The rules of a security group, each with what is allowed and from or to whom. */
export interface SeedGroup {
  readonly in: readonly string[];
  readonly out: readonly string[];
}

/** What tells one rule of a group from another; a group is named by what it is, and not by its id. */
export interface SeedRule {
  readonly direction: keyof SeedGroup;
  readonly protocol: string;
  readonly fromPort: number;
  readonly toPort: number;
  readonly peer: string;
}

const table = (name: string): unknown =>
  parse(readFileSync(join(import.meta.dirname, '..', 'seeds', `${name}.yaml`), 'utf8'));

/** The table of the platform's accounts, by name: id, and owners of what stands in them. */
export const seedAccounts = table('accounts') as Readonly<
  Record<string, { readonly accountId: string; readonly owners: readonly string[] }>
>;

/** The table of the seeds' networks, by name. */
export const seedNetworks = table('networks') as Readonly<
  Record<'portal' | 'provider' | 'consumer', SeedNetwork>
>;

/** The table of their services, by name. */
export const seedServices = table('services') as Readonly<
  Record<'portal' | 'provider' | 'consumer', SeedService>
>;

/** How large and how many the tasks of the platform are, by environment. */
export const seedSizes = table('sizes') as Readonly<
  Record<
    'dev' | 'staging' | 'prod',
    { readonly cpu: string; readonly memoryMiB: string; readonly desiredCount: number }
  >
>;

/** The table of the connection between them. */
export const seedLinks = table('links') as {
  readonly provider: SeedProvider;
  readonly consumer: SeedConsumer;
};

type SeedRules = Readonly<Record<string, Readonly<Record<string, SeedGroup>>>>;

/** The peer of a rule that is a group, as a rule of `owner` names it. */
export const groupName = (owner: string, group: { readonly owner: string; readonly name: string }) =>
  group.owner === owner ? group.name : `${group.owner} ${group.name}`;

/** Rules in the words of the table, and in the order of words. */
export function saidOfRules(rules: readonly SeedRule[]): SeedGroup {
  const of = (wanted: keyof SeedGroup) =>
    rules
      .filter(({ direction }) => direction === wanted)
      .map(({ protocol, fromPort, toPort, peer }) => {
        const ports = fromPort === toPort ? `${fromPort}` : `${fromPort}-${toPort}`;
        return `${protocol} ${ports} ${wanted === 'in' ? 'from' : 'to'} ${peer}`;
      })
      .sort();
  return { in: of('in'), out: of('out') };
}

/** The table of the rules of all security groups, by owner and by group, each list in the order of words. */
export const seedRules: SeedRules = Object.fromEntries(
  Object.entries(table('rules') as SeedRules).map(([owner, groups]) => [
    owner,
    Object.fromEntries(
      Object.entries(groups).map(([name, rules]) => [
        name,
        { in: [...rules.in].sort(), out: [...rules.out].sort() },
      ]),
    ),
  ]),
);
