import type { Service, TaskDefinition } from '@aws-sdk/client-ecs';
import { describe, expect, it } from 'vitest';
import { ecsServices } from '../../../operator/aws/ecs/service.ts';
import { taskDefinitions, type TaskDefinitionRevision } from '../../../operator/aws/ecs/task-definitions.ts';
import type { AwsSession } from '../../../operator/aws/session.ts';
import { recallService } from '../../../operator/controllers/recall-service.ts';
import type { Collection, World } from '../../../operator/graph/kind.ts';
import { ownershipTags } from '../../../operator/graph/ownership.ts';
import { parsed } from '../../../operator/controllers/pass.ts';
import { smallService } from '../../support/manifests.ts';

const STEM = 'arn:aws:ecs:us-east-1:111111111111:task-definition/shop';
const tagsFor = (node: string) =>
  Object.entries(ownershipTags('test', 'EcsService/web/shop', node)).map(([key, value]) => ({ key, value }));

/** A revision as AWS describes it. */
const described = (number: number, image: string, cpu = '256'): TaskDefinition => ({
  taskDefinitionArn: `${STEM}:${number}`,
  family: 'shop',
  revision: number,
  cpu,
  containerDefinitions: [{ name: 'app', image, essential: true }],
});
const ours = (definition: TaskDefinition, status = 'ACTIVE'): TaskDefinitionRevision => ({
  arn: definition.taskDefinitionArn ?? '',
  status,
  tags: tagsFor('task-definition'),
  described: definition,
});
const runs = (
  definition: TaskDefinition,
  more: Partial<Service> = {},
): Service & { definition: TaskDefinition } => ({
  serviceArn: 'arn:service',
  serviceName: 'shop',
  status: 'ACTIVE',
  taskDefinition: definition.taskDefinitionArn,
  tags: tagsFor('service'),
  definition,
  ...more,
});

function recalled(services: Service[], revisions: TaskDefinitionRevision[], imageOwner = 'External') {
  const records: Readonly<Record<string, readonly object[]>> = {
    [ecsServices.name]: services,
    [taskDefinitions.name]: revisions,
  };
  const world = {
    view: (collection: Collection<object, AwsSession>) => ({
      ownedBy: () => records[collection.name] ?? [],
      get: (wanted: string) => records[collection.name]?.find((record) => collection.id(record) === wanted),
    }),
  } as unknown as World<AwsSession>;
  const object = parsed('EcsService', smallService('shop', 'web', 'net', { imageOwner }));
  return recallService(object, world).running;
}

describe('what runs of a service whose images others choose', () => {
  const first = ours(described(1, 'shop:1'));

  it('is nothing before the first revision, and nothing that counts where the manifest says the images', () => {
    expect(recalled([], [])).toBeUndefined();
    expect(recalled([runs(described(2, 'shop:2'))], [first], 'Manifest')).toBeUndefined();
  });

  it('is what the service runs, ours or not', () => {
    expect(recalled([runs(described(1, 'shop:1'))], [first])).toEqual({ images: { app: 'shop:1' } });
    expect(recalled([runs(described(2, 'shop:2'))], [first])).toEqual({
      images: { app: 'shop:2' },
      instead: { of: `${STEM}:1`, is: `${STEM}:2` },
    });
  });

  it('stands in for the last of ours, and only where it differs in images alone', () => {
    const later = ours(described(3, 'shop:2', '512'));
    expect(recalled([runs(described(4, 'shop:3', '512'))], [later, first])).toEqual({
      images: { app: 'shop:3' },
      instead: { of: `${STEM}:3`, is: `${STEM}:4` },
    });
    expect(recalled([runs(described(2, 'shop:2'))], [first, later])).toEqual({ images: { app: 'shop:2' } });
  });

  it('is known of a rollout that we have begun before any listing shows it', () => {
    const later = ours(described(3, 'shop:2', '512'));
    const moved = runs(described(2, 'shop:2'), { taskDefinition: later.arn });
    expect(recalled([moved], [first, later])).toEqual({ images: { app: 'shop:2' } });
  });

  it('is still known of a service that goes, and else of the last revision', () => {
    const going = runs(described(2, 'shop:2'), { status: 'DRAINING' });
    expect(recalled([going], [first])?.images).toEqual({ app: 'shop:2' });
    expect(recalled([going, runs(described(1, 'shop:1'))], [first])?.images).toEqual({ app: 'shop:1' });
    expect(recalled([], [ours(described(3, 'shop:3')), first])).toEqual({ images: { app: 'shop:3' } });
    expect(recalled([], [ours(described(3, 'shop:3'), 'INACTIVE'), first])?.images).toEqual({
      app: 'shop:1',
    });
  });
});
