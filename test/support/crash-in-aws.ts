import { CreateVpcCommand, DeleteVpcCommand } from '@aws-sdk/client-ec2';
import type { CrashPlace, CrashSight } from './crash-place.ts';
import { type Thing, thingsOf } from './crash-sight.ts';
import { census, portrait } from './portrait.ts';
import type { Manifest, World } from './world.ts';

/** Things that are made in AWS. */
export function inAws(): CrashPlace {
  return {
    environment: {
      LANDFALL_AWS_CERTIFICATE_SECONDS: '0.1',
      LANDFALL_AWS_TASK_SECONDS: '0.05',
      LANDFALL_AWS_INSTANCE_SECONDS: '0.1',
      LANDFALL_AWS_LOAD_BALANCER_SECONDS: '0.1',
      LANDFALL_AWS_TABLE_SECONDS: '0.1',
      LANDFALL_AWS_DATABASE_SECONDS: '0.1',
      LANDFALL_AWS_STORAGE_SECONDS: '0.1',
      LANDFALL_AWS_CACHE_SECONDS: '0.1',
    },
    prepare: (world) => world.claim(),
    dump: (world) => world.aws.dump(),
    look,
    // Copies are looked for when a store goes.
    forgotten: async () => {},
    refreshed: (world) => world.refreshes(1),
    async makeOne(world) {
      const { Vpc } = await world.ec2.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }));
      return async () => void (await world.ec2.send(new DeleteVpcCommand({ VpcId: Vpc?.VpcId })));
    },
    stop: async () => {},
  };
}

/** Faults are ids in the object's status that AWS does not know, or that are there twice. */
async function look(world: World, object: Manifest | undefined): Promise<CrashSight> {
  const dump = await world.aws.dump();
  const things = thingsOf(object, 'resources');
  // A role and its instance profile are called the same.
  const isTold = (other: Thing, { node, id }: Thing) => other.node === node && other.id === id;
  return {
    portrait: await portrait(world),
    census: census(dump),
    faults: things
      .filter(
        (thing, index) => !knows(dump, thing.id) || things.findIndex((one) => isTold(one, thing)) !== index,
      )
      .map(({ id }) => id),
  };
}

/** Services of ECS, and what is of RDS, the local AWS keeps by their names. */
function knows(dump: string, id: string): boolean {
  const name = /:service\/.*\/([^/]+)$|^arn:aws:rds:.*:([^:]+)$/.exec(id)?.slice(1).join('') || id;
  return dump.includes(`"${name}"`);
}
