import { containerNames } from '../compile/local/ecs-service/names.ts';
import type { ServiceAtWork } from '../compile/ecs-service/running.ts';
import { ownerOf } from '../compile/names.ts';
import type { World } from '../graph/kind.ts';
import { ownerTag } from '../graph/ownership.ts';
import { deploymentKind } from '../local/deployment.ts';
import { imagesIn } from '../local/images-of-others.ts';
import type { LocalSession } from '../local/session.ts';

/** A service with the images that its Deployment has, where others choose them; without a Deployment, as it is. */
export function recallLocalService(object: ServiceAtWork, world: World<LocalSession>): ServiceAtWork {
  if (object.spec.imageOwner !== 'External') return object;
  const [deployment] = world.view(deploymentKind.collection).ownedBy(ownerTag(ownerOf(object)));
  if (!deployment) return object;
  const found = imagesIn(deployment.body);
  const images = [...containerNames(object.spec.task.containers)].flatMap(([name, local]) => {
    const image = found[local];
    return image === undefined ? [] : [[name, image] as const];
  });
  return { ...object, running: { images: Object.fromEntries(images) } };
}
