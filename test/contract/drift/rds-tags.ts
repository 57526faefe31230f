import * as rds from '@aws-sdk/client-rds';
import { type Case, type DriftCase, id } from './case.ts';

/** Tags of a node of RDS that somebody takes away, adds or changes. */
export const tags = (node: string): Record<string, Case> => {
  const set = (Key: string, Value: string): DriftCase => ({
    node,
    drift: async (at) =>
      void (await at.rds.send(
        new rds.AddTagsToResourceCommand({ ResourceName: id(at, node), Tags: [{ Key, Value }] }),
      )),
  });
  return {
    'tags missing': {
      node,
      drift: async (at) =>
        void (await at.rds.send(
          new rds.RemoveTagsFromResourceCommand({ ResourceName: id(at, node), TagKeys: ['project'] }),
        )),
    },
    'tags extra': set('stray', 'yes'),
    'tags changed': set('project', 'somebody-else'),
  };
};
