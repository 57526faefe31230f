import type { Express } from 'express';
import type { Config } from './config.ts';
import type { Tally } from './http/metrics.ts';
import type { SecuritySchemes } from './http/openapi.ts';
import type { Route } from './http/route.ts';
import type { Logger } from './log.ts';
import type { RedisStore } from './stores/redis.ts';
import type { Store } from './stores/store.ts';

/** What a workload is given to be made of. */
export interface Surroundings {
  readonly config: Config;
  readonly log: Logger;
  /** What was answered so far. */
  readonly tally: Readonly<Tally>;
  /** The cache of the config; `undefined` where there is none. */
  readonly redis: RedisStore | undefined;
  /** The time, in milliseconds. */
  readonly now: () => number;
}

/** What one image runs as: the microservice, or the portal. */
export interface Workload {
  /** For its document. */
  readonly title: string;
  readonly description: string;
  readonly routes: readonly Route[];
  /** What its routes let somebody in by. */
  readonly securitySchemes?: SecuritySchemes;
  /** The stores that it may have, as `/ready` tells them. */
  readonly names: readonly Store['name'][];
  /** Those that it has, in its order of starting. */
  readonly stores: readonly Store[];
  /** What else it serves: pages and their files. */
  readonly pages?: (app: Express) => void;
}
