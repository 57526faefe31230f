import * as ec2 from '@aws-sdk/client-ec2';
import { type Case, id } from './case.ts';

/** The three ways in which tags of anything in EC2 drift. */
export function ec2Tags(node: string): Record<string, Case> {
  const [key, value] = ['project', 'somebody-else'];
  return {
    'tags missing': {
      node,
      drift: async (at) =>
        void (await at.ec2.send(
          new ec2.DeleteTagsCommand({ Resources: [id(at, node)], Tags: [{ Key: key }] }),
        )),
    },
    'tags extra': {
      node,
      drift: async (at) =>
        void (await at.ec2.send(
          new ec2.CreateTagsCommand({ Resources: [id(at, node)], Tags: [{ Key: 'stray', Value: 'yes' }] }),
        )),
    },
    'tags changed': {
      node,
      drift: async (at) =>
        void (await at.ec2.send(
          new ec2.CreateTagsCommand({ Resources: [id(at, node)], Tags: [{ Key: key, Value: value }] }),
        )),
    },
  };
}
