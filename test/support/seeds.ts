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

const table = join(import.meta.dirname, '..', 'seeds', 'networks.yaml');

/** The table of the seeds' networks, by name. */
export const seedNetworks = parse(readFileSync(table, 'utf8')) as Readonly<
  Record<'portal' | 'provider' | 'consumer', SeedNetwork>
>;
