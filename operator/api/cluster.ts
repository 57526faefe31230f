import { z } from 'zod';
import { ecsName } from './containers.ts';
import { onOff } from './fields.ts';
import { fixedReferenceTo } from './references.ts';
import { immutable, keptOrNever, type Rule, type TransitionRule, withRules } from './rule.ts';

const MOVE = 'make a new EcsService with the other cluster and move over';

const create = z
  .strictObject({
    name: withRules(
      ecsName(
        'Name of the cluster. Default: `<name>-<environment>-cluster` of this object. It cannot change later.',
      ),
      immutable('cluster.create.name', MOVE),
    ).optional(),
    containerInsights: onOff
      .default('Disabled')
      .describe('Whether CloudWatch keeps metrics of each task and container; they are charged.'),
  })
  .describe(
    'A cluster of its own, which others may run in by `ref`. What it has to offer, its Spot and its instances, is said here, in `capacity`.',
  );

interface Cluster {
  create?: object | undefined;
  ref?: object | undefined;
  name?: string | undefined;
}

const WAYS = ['create', 'ref', 'name'] as const;
const chosen = (self: Cluster) => WAYS.filter((way) => self[way] !== undefined);

const rules: readonly (Rule<Cluster> | TransitionRule)[] = [
  {
    cel: `[${WAYS.map((way) => `has(self.${way})`).join(', ')}].filter(given, given).size() <= 1`,
    message:
      'cluster has more than one of create, ref and name: say one, or nothing for a cluster of its own',
    check: (self) => chosen(self).length <= 1,
  },
  {
    cel: 'has(self.ref) == has(oldSelf.ref) && has(self.name) == has(oldSelf.name)',
    message: `cluster keeps which of create, ref and name it began with: ${MOVE}`,
    transition: true,
  },
  keptOrNever('create.name', 'cluster.create.name', MOVE),
];

/** Where the tasks run. */
export const ClusterSchema = withRules(
  z
    .strictObject({
      create: create.optional(),
      ref: fixedReferenceTo('EcsService', 'cluster.ref')
        .optional()
        .describe(
          'The EcsService in whose cluster the tasks run, one that makes its own, in the same account and region. With `capacity.type: EC2` they run on its instances too, which only it describes. It cannot be deleted before this one.',
        ),
      name: withRules(
        ecsName(
          'Name of a cluster that somebody else made, in this account and region. A grant of the Account has to cover its ARN, `arn:aws:ecs:<region>:<account>:cluster/<name>`. Nothing of the cluster is changed.',
        ),
        immutable('cluster.name', MOVE),
      ).optional(),
    })
    .describe('Where the tasks run: in a cluster of its own unless `ref` or `name` says otherwise.'),
  ...rules,
);
export type ClusterSpec = z.output<typeof ClusterSchema>;
