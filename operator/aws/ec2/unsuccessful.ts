import type { UnsuccessfulItem } from '@aws-sdk/client-ec2';
import { PartialFailure } from '../errors.ts';

/** What a call that answers item by item did not do, by the id of each item. */
export function unsuccessful(
  action: string,
  items: readonly UnsuccessfulItem[] | undefined,
): ReadonlyMap<string, PartialFailure> {
  return new Map(
    (items ?? []).map(({ ResourceId, Error: error }) => [
      ResourceId ?? '',
      new PartialFailure(action, error?.Code ?? 'Unknown', error?.Message ?? ''),
    ]),
  );
}
