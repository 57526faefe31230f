import { ROTATING_STORES } from '../support/rotating-stores.ts';
import { proveRotations } from '../support/rotation-suite.ts';

await proveRotations(ROTATING_STORES, { aws: 2, objects: 1, events: 0 });
