import { z } from 'zod';

/** Who says which images run. */
export const imageOwner = z
  .enum(['Manifest', 'External'])
  .default('Manifest')
  .describe(
    'Who says which images run. `External`: a pipeline that registers revisions of its own and rolls them out. Those of the containers here are then for the first revision alone, and whatever else changes keeps the images that run; they have to come from the same repositories, since the execution role may pull from no others.',
  );
