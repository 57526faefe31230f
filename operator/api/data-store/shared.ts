import { onOff } from '../fields.ts';

/** Whether AWS refuses to delete the store. */
export const deletionProtection = onOff
  .optional()
  .describe(
    'Whether the store can be deleted at all. Enabled: an object that is deleted stays, `Stalled` with reason `DeletionProtected`, until this is set to Disabled, which may be done while it is being deleted. Default: Enabled with environment prod, else Disabled.',
  );
