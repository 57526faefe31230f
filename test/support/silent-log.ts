import type { Log } from '../../operator/kube/types.ts';

/** A log that nobody reads. */
export const silent: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
