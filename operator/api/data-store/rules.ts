import type { Rule, TransitionRule } from '../rule.ts';

/** The fields of which a DataStore has exactly one: each chooses an engine. */
export const ENGINES = ['mysql', 'auroraPostgresql', 'redis', 'dynamodb'] as const;
export type Engine = (typeof ENGINES)[number];

/** Those that stand in a network. */
const IN_NETWORK: readonly Engine[] = ENGINES.filter((engine) => engine !== 'dynamodb');

/** Tier of the network where nothing else is said. */
export const STORE_TIER = 'data';

/** The part of a DataStore's spec that {@link storeRules} look at. */
type Spec = { readonly [E in Engine]?: object | undefined } & {
  readonly networkRef?: object | undefined;
  readonly tier?: string | undefined;
};

const given = (self: Spec) => ENGINES.filter((engine) => self[engine] !== undefined);
const GIVEN = `[${ENGINES.map((engine) => `has(self.${engine})`).join(', ')}].filter(one, one)`;
const tierOf = (self: string) => `(has(${self}.tier) ? ${self}.tier : '${STORE_TIER}')`;
const anyOf = (engines: readonly Engine[]) =>
  engines.length === 0 ? 'false' : `(${engines.map((engine) => `has(self.${engine})`).join(' || ')})`;

/** What the fields that all engines have in common have to do with one another. */
export const storeRules: readonly (Rule<Spec> | TransitionRule)[] = [
  {
    cel: `${GIVEN}.size() == 1`,
    message:
      'a DataStore has exactly one engine, and this one has {count}: give one, and make a DataStore of its own for every other store',
    check: (self) => given(self).length === 1,
    show: {
      count: { cel: `string(${GIVEN}.size())`, of: (self) => String(given(self).length) },
    },
  },
  {
    cel: ENGINES.map((engine) => `has(self.${engine}) == has(oldSelf.${engine})`).join(' && '),
    message:
      'the engine of a DataStore cannot change, since its data would go with it: make a new DataStore, move the data over, and delete this one',
    transition: true,
  },
  {
    cel: `!${anyOf(IN_NETWORK)} || has(self.networkRef)`,
    message: 'networkRef is missing: every engine but dynamodb stands in the subnets of a SecureVpc; name it',
    path: ['networkRef'],
    check: (self) =>
      !given(self).some((engine) => IN_NETWORK.includes(engine)) || self.networkRef !== undefined,
  },
  {
    cel: '!has(self.dynamodb) || !has(self.networkRef)',
    message:
      'networkRef says nothing for dynamodb, whose tables stand in no network: take it away; a network reaches them by its endpoint for service dynamodb',
    path: ['networkRef'],
    check: (self) => self.dynamodb === undefined || self.networkRef === undefined,
  },
  {
    cel: '!has(self.dynamodb) || !has(self.tier)',
    message: 'tier {self.tier} says nothing for dynamodb, whose tables stand in no network: take it away',
    path: ['tier'],
    check: (self) => self.dynamodb === undefined || self.tier === undefined,
  },
  {
    cel: `${tierOf('self')} == ${tierOf('oldSelf')}`,
    message:
      'tier cannot change later, since AWS moves no store to other subnets: make a new DataStore in the other tier, and move the data over',
    transition: true,
  },
];
