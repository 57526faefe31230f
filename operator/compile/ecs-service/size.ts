import type { EcsService } from '../../api/ecs-service.ts';
import { SERVICE_SIZES, type ServiceSize } from '../../api/presets.ts';

/** What the spec says, else the figures of its environment. */
export function sizeOf({ spec }: EcsService): ServiceSize {
  const preset = spec.environment && SERVICE_SIZES[spec.environment];
  const { cpu = preset?.cpu, memoryMiB = preset?.memoryMiB } = spec.task;
  // A rule of the schema demands them.
  if (cpu === undefined || memoryMiB === undefined) throw new Error('an EcsService without a size');
  return { cpu, memoryMiB, desiredCount: spec.service.desiredCount ?? preset?.desiredCount ?? 1 };
}
