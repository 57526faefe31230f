import { z } from 'zod';
import { objectSchema } from './common.ts';
import { immutable, matches, withRules } from './rule.ts';

const anew = 'an approval is of one plan of one object; make another PlanApproval';

const spec = z
  .strictObject({
    resourceRef: withRules(
      z
        .strictObject({
          kind: z
            .enum(['SecureVpc', 'EcsService', 'PrivateLinkEndpoint', 'DataStore'])
            .describe('Kind of the object.'),
          name: z.string().min(1).max(63).describe('Name of the object, in the namespace of the approval.'),
        })
        .describe('The object whose plan is approved. It cannot change later.'),
      { cel: 'self == oldSelf', message: `resourceRef cannot change: ${anew}`, transition: true },
    ),
    planHash: withRules(
      z
        .string()
        .max(64)
        .describe(
          'Hash of the plan, as `status.plan.hash` and `landfall plan` say it. It cannot change later.',
        ),
      matches(
        '^p[0-9a-f]{16}$',
        '{self} is not the hash of a plan: copy status.plan.hash, p and 16 digits, or what landfall plan prints',
      ),
      immutable('planHash', anew),
    ),
  })
  .describe('What is approved.');

const status = z
  .object({
    usedTime: z
      .string()
      .optional()
      .meta({ format: 'date-time' })
      .describe('When the plan was begun by this approval. An approval is used once.'),
  })
  .describe('What became of it; only the operator writes it.');

/** A person's yes to one plan of one object. */
export const PlanApprovalSchema = objectSchema('PlanApproval', spec, status.prefault({}));
export type PlanApproval = z.output<typeof PlanApprovalSchema>;
