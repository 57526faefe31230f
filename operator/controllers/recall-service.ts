import type { Service } from '@aws-sdk/client-ecs';
import { definitionIn } from '../aws/ecs/running.ts';
import { ecsServiceKind, ecsServices } from '../aws/ecs/service.ts';
import { differInImagesAlone, imagesOf } from '../aws/ecs/task-definition-changes.ts';
import { numberOf, taskDefinitions, type TaskDefinitionRevision } from '../aws/ecs/task-definitions.ts';
import type { AwsSession } from '../aws/session.ts';
import type { Running, ServiceAtWork } from '../compile/ecs-service/running.ts';
import { ownerOf } from '../compile/names.ts';
import type { World } from '../graph/kind.ts';
import { ownerTag, TAG } from '../graph/ownership.ts';

/**
 * A service with what runs of it, where others choose its images. Of a service that is on its way out the images are
 * still the best that is known; without one, those of the last revision are.
 */
export function recallService(object: ServiceAtWork, world: World<AwsSession>): ServiceAtWork {
  if (object.spec.imageOwner !== 'External') return object;
  const last = lastRevision(object, world);
  const service = serviceOf(object, world);
  const { taskDefinition: is = '' } = service ?? {};
  const runs = service && (definitionIn(service) ?? world.view(taskDefinitions).get(is)?.described);
  const known = runs ?? last?.described;
  if (!known) return object;
  const isInstead =
    runs !== undefined &&
    last?.described !== undefined &&
    last.arn !== is &&
    differInImagesAlone(last.described, runs);
  const running: Running = {
    images: imagesOf(known),
    ...(isInstead && { instead: { of: last.arn, is } }),
  };
  return { ...object, running };
}

/** The service as it is, one that stays rather than one that goes. */
function serviceOf(object: ServiceAtWork, world: World<AwsSession>): Service | undefined {
  const found = world
    .view(ecsServices)
    .ownedBy(ownerTag(ownerOf(object)))
    .filter((service) => ecsServices.tags(service)[TAG.node] === 'service');
  const isGoing = (service: Service) => Number(ecsServiceKind.state(service).phase === 'deleting');
  return [...found].sort((a, b) => isGoing(a) - isGoing(b))[0];
}

function lastRevision(object: ServiceAtWork, world: World<AwsSession>): TaskDefinitionRevision | undefined {
  const found = world
    .view(taskDefinitions)
    .ownedBy(ownerTag(ownerOf(object)))
    .filter((one) => one.status === 'ACTIVE' && taskDefinitions.tags(one)[TAG.node] === 'task-definition');
  return [...found].sort((a, b) => numberOf(b.arn) - numberOf(a.arn))[0];
}
