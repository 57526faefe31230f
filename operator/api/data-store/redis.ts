import { z } from 'zod';
import { listMap } from '../fields.ts';
import { keptOrNever, matches, orDefault, type Rule, type TransitionRule, withRules } from '../rule.ts';
import { tokenCredentials } from './credentials.ts';
import { parameterValue } from './database.ts';
import { deletionProtection } from './shared.ts';
import { dailyCacheWindow, weeklyCacheWindow } from './windows.ts';

/** The versions that ElastiCache has of Redis OSS; those of Valkey begin where they end. */
const REDIS = /^(6\.[02]|7\.[01])$/;

const engineVersion = withRules(
  z.string().max(3),
  matches(
    '^(6\\.[02]|7\\.[012]|[89]\\.[0-9])$',
    '{self} is not a version of Redis or Valkey: write the first two numbers, for example 7.0; AWS chooses the patch level',
  ),
  {
    cel: "self.replace('.', '') >= oldSelf.replace('.', '')",
    message:
      'engineVersion cannot go back from {oldSelf} to {self}, since AWS upgrades only: make a new DataStore of the older version',
    transition: true,
  },
);

const nodeType = withRules(
  z.string().max(32),
  matches(
    '^cache\\.[a-z0-9]+\\.[a-z0-9]+$',
    '{self} is not a node type of ElastiCache: write it as AWS does, for example cache.t3.micro',
  ),
  {
    cel: "!self.startsWith('cache.t1.')",
    message:
      '{self} knows no snapshots, so nothing of it could be kept, and has no failover: choose a nodeType from cache.t3.micro on',
    check: (self) => !self.startsWith('cache.t1.'),
  },
);

const parameter = withRules(
  z.strictObject({
    name: withRules(
      z.string().max(128),
      matches(
        '^[a-z][a-z0-9-]*$',
        '{self} is not the name of a parameter: write it as AWS does, for example maxmemory-policy',
      ),
    ).describe('Name of the parameter.'),
    value: parameterValue,
  }),
  {
    cel: "self.name != 'cluster-enabled'",
    message: 'parameter cluster-enabled is set by clusterMode: take it away',
    path: ['name'],
    check: ({ name }) => name !== 'cluster-enabled',
  },
);

const clusterMode = z.strictObject({
  shards: z
    .int()
    .min(1)
    .max(500)
    .describe('Over how many shards the keys are spread. More or fewer move keys while the cache serves.'),
  replicasPerShard: z
    .int()
    .min(0)
    .max(5)
    .default(1)
    .describe('Nodes of each shard besides its first; one of them takes over when that fails.'),
});

const fields = z.strictObject({
  engine: z
    .enum(['Redis', 'Valkey'])
    .default('Redis')
    .describe(
      'Redis, or Valkey, which is compatible and costs less. From Redis to Valkey AWS changes in place, with `allowMajorVersionUpgrade`; there is no way back.',
    ),
  engineVersion: engineVersion
    .optional()
    .describe(
      'The oldest version that will do: of Redis 6.0, 6.2, 7.0 or 7.1, of Valkey 7.2 or later. AWS patches by itself; it never goes back. Another first number needs `allowMajorVersionUpgrade`. Default: 7.0, of Valkey 8.0.',
    ),
  nodeType: nodeType
    .optional()
    .describe(
      'Size of every node. Default by environment: cache.t3.micro, in staging cache.t3.small, in prod cache.r5.large.',
    ),
  nodes: z
    .int()
    .min(1)
    .max(6)
    .optional()
    .describe(
      'How many nodes there are: one that is written to, and replicas of it in other zones. With more than one, a replica takes over when the first fails. Default: 1, in prod 2. Not with `clusterMode`.',
    ),
  clusterMode: clusterMode
    .optional()
    .describe(
      'Spreads the keys over shards, for more than one node can hold or write. Clients must know the cluster protocol. It can neither come nor go later.',
    ),
  parameters: listMap(parameter, 'name', 100)
    .default([])
    .describe('Parameters of the engine, by name; one that is taken away gets the value of the engine back.'),
  snapshotRetentionDays: z
    .int()
    .min(0)
    .max(35)
    .optional()
    .describe(
      'For how many days the daily snapshots are kept; 0: none are made. Default: 5, in staging 7, in prod 14.',
    ),
  snapshotWindow: dailyCacheWindow
    .optional()
    .describe('When the daily snapshot is made, in UTC, for example 03:00-04:00. Default: AWS chooses.'),
  maintenanceWindow: weeklyCacheWindow
    .optional()
    .describe(
      'When AWS patches, and makes the changes that wait, in UTC, for example sun:05:00-sun:06:00. Default: AWS chooses.',
    ),
  credentials: tokenCredentials,
  deletionProtection,
  applyChanges: z
    .enum(['Window', 'Immediately'])
    .default('Window')
    .describe(
      'When changes of node type and version are made, which interrupt. Window waits for the maintenance window, and `status.pendingModifications` tells of them; Immediately makes them at once. Nodes and shards come and go at once in any case: AWS knows no other way.',
    ),
  allowMajorVersionUpgrade: z
    .boolean()
    .default(false)
    .describe(
      'Whether the cache may go to another major version, or from Redis to Valkey. Nobody can take such an upgrade back: make a snapshot first.',
    ),
});
export type Redis = z.output<typeof fields>;

/** What a version runs where the spec does not say: of Redis as the platform has it. */
export const DEFAULT_VERSION = { Redis: '7.0', Valkey: '8.0' } as const;

const ENGINE = orDefault('self.engine', 'Redis');
const FORMER_ENGINE = orDefault('oldSelf.engine', 'Redis');
const ENGINES = { 'self.engine': { cel: ENGINE }, 'oldSelf.engine': { cel: FORMER_ENGINE } };
const MODE = orDefault('self.credentials.mode', 'None');
const FORMER_MODE = orDefault('oldSelf.credentials.mode', 'None');
const MAY_UPGRADE = orDefault('self.allowMajorVersionUpgrade', false);
const OF_REDIS = "self.engineVersion in ['6.0', '6.2', '7.0', '7.1']";
const UPGRADE =
  'which nobody can take back: set allowMajorVersionUpgrade to true with it, or take the change back';

const rules: readonly (Rule<Redis> | TransitionRule)[] = [
  keptOrNever('clusterMode', 'clusterMode', 'make a new DataStore, and move the data over'),
  {
    cel: `!has(self.engineVersion) || (${ENGINE} == 'Redis') == (${OF_REDIS})`,
    message:
      'engineVersion {self.engineVersion} is none of {self.engine}: Redis has 6.0, 6.2, 7.0 and 7.1, and Valkey begins with 7.2',
    path: ['engineVersion'],
    check: ({ engine: kind, engineVersion: version }) =>
      version === undefined || (kind === 'Redis') === REDIS.test(version),
    show: { 'self.engine': { cel: ENGINE, of: ({ engine: kind }) => kind } },
  },
  {
    cel: '!has(self.nodes) || !has(self.clusterMode)',
    message:
      'nodes {self.nodes} says nothing with clusterMode, whose shards have nodes of their own: take it away, and give clusterMode.replicasPerShard',
    path: ['nodes'],
    check: ({ nodes, clusterMode: mode }) => nodes === undefined || mode === undefined,
  },
  {
    cel: `${ENGINE} == ${FORMER_ENGINE} || ${ENGINE} == 'Valkey'`,
    message:
      'engine cannot go back from {oldSelf.engine} to {self.engine}, which AWS does not do: make a new DataStore, and fill it anew',
    transition: true,
    show: ENGINES,
  },
  {
    cel: `${FORMER_MODE} == 'None' || ${MODE} == 'Generated'`,
    message:
      'credentials.mode cannot go back from {oldSelf.credentials.mode} to {self.credentials.mode}, since AWS takes no token away: make a new DataStore, and fill it anew',
    transition: true,
    show: {
      'oldSelf.credentials.mode': { cel: FORMER_MODE },
      'self.credentials.mode': { cel: MODE },
    },
  },
  {
    cel: `${ENGINE} == ${FORMER_ENGINE} || ${MAY_UPGRADE}`,
    message: `engine changes from {oldSelf.engine} to {self.engine}, ${UPGRADE}`,
    transition: true,
    show: ENGINES,
  },
  {
    cel: `!has(self.engineVersion) || !has(oldSelf.engineVersion) || self.engineVersion.substring(0, 1) == oldSelf.engineVersion.substring(0, 1) || ${MAY_UPGRADE}`,
    message: `engineVersion asks for another major version, ${UPGRADE}`,
    transition: true,
  },
];

/** A cache of Redis or Valkey, on ElastiCache. */
export const redis = withRules(fields, ...rules).describe(
  'A cache of Redis or Valkey on ElastiCache, encrypted at rest and on the wire, in the subnets of a network. What it holds is kept: there is a snapshot every day, and a last one when it goes.',
);
