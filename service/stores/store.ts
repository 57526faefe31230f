import { z } from 'zod';

/** How a store is: `disabled` where none is configured. */
export const StoreHealth = z
  .object({
    status: z.enum(['healthy', 'unhealthy', 'disabled']),
    latencyMs: z
      .number()
      .optional()
      .meta({ description: 'Of the check, in milliseconds; only where it answered.' }),
    detail: z.string().optional().meta({ description: 'Why it is not healthy, without addresses or names.' }),
  })
  .meta({ id: 'StoreHealth' });

export type StoreHealth = z.infer<typeof StoreHealth>;

/** What the service has of every store, whichever it is. */
export interface Store {
  /** What it is in `/ready` and `/database/health`. */
  readonly name: 'postgresql' | 'dynamodb' | 'redis' | 'mysql';
  /** Never throws; answers within two seconds. The answer is of the last second. */
  health(): Promise<StoreHealth>;
  /** Lets go of its connections, once nothing uses them any more. */
  close(): Promise<void>;
}
