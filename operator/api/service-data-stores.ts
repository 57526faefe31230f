import { z } from 'zod';
import { LabelSchema, listMap, setOf } from './fields.ts';
import { matches, type Rule, withRules } from './rule.ts';

const prefix = withRules(
  z.string().max(32),
  matches(
    '^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$',
    '{self} is no beginning of a variable: use capitals, digits and single inner underscores, for example ORDERS_DB',
  ),
);

const usedStore = z.strictObject({
  name: LabelSchema.describe('Name of the DataStore.'),
  namespace: LabelSchema.optional().describe(
    'Its namespace; default that of this object. Another one has to let this one in, by `allowReferencesFrom`.',
  ),
  access: z
    .enum(['ReadWrite', 'ReadOnly'])
    .default('ReadWrite')
    .describe(
      'What the tasks may do with it. ReadOnly of a table lets them read it and nothing else; of Aurora and of a cache without shards it names the address of the readers; MySQL has neither.',
    ),
  envPrefix: prefix
    .optional()
    .describe(
      'How the variables begin that tell of the store. Default: DB for `mysql` and `auroraPostgresql`, REDIS for `redis`, DYNAMODB for `dynamodb`.',
    ),
  containers: setOf(z.string().max(255), 10)
    .min(1)
    .optional()
    .describe('The containers that get the variables, by name. Default: all.'),
});
export type UsedStore = z.output<typeof usedStore>;

/** The stores that the tasks of a service use. */
export const dataStores = listMap(usedStore, 'name', 10)
  .default([])
  .describe(
    'DataStores that the tasks use, by name. The tasks may open just the port of each, their roles may do just what it takes, and the containers are told where each is: `<prefix>_HOST` and so on, less the variables that a container has itself.',
  );

/** The part of an EcsService’s spec that {@link dataStoreRules} look at. */
interface Spec {
  readonly dataStores: readonly UsedStore[];
  readonly task: { readonly containers: readonly { readonly name: string }[] };
}

const stray = ({ dataStores: used, task: { containers } }: Spec) =>
  used.find(({ containers: named = [] }) =>
    named.some((one) => containers.every(({ name }) => name !== one)),
  );
const STRAY =
  'self.dataStores.filter(d, has(d.containers) && d.containers.exists(n, !self.task.containers.exists(c, c.name == n)))';

/** What a service and the stores that it uses have to do with one another. */
export const dataStoreRules: readonly Rule<Spec>[] = [
  {
    cel: `!has(self.dataStores) || ${STRAY}.size() == 0`,
    message:
      'store {name} is for a container that the task does not have: name containers of task.containers in its containers, or leave it out, and it is for all of them',
    path: ['dataStores'],
    check: (self) => stray(self) === undefined,
    show: { name: { cel: `${STRAY}[0].name`, of: (self) => stray(self)?.name ?? '' } },
  },
];
