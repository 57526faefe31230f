import type { DataStore } from '../../api/data-store.ts';

/** Whether a store is protected against deletion: as its spec says, else where it is of environment prod. */
export function isProtected(
  given: 'Enabled' | 'Disabled' | undefined,
  environment: DataStore['spec']['environment'],
): boolean {
  return given === undefined ? environment === 'prod' : given === 'Enabled';
}

/** The field that protects a store, set or not; undefined where it is not protected. */
export function protectionOf({ spec }: Pick<DataStore, 'spec'>): string | undefined {
  const { environment, auroraPostgresql, dynamodb, mysql, redis } = spec;
  const engines = { auroraPostgresql, dynamodb, mysql, redis };
  const [found] = Object.entries(engines).flatMap(([engine, store]) =>
    store !== undefined && isProtected(store.deletionProtection, environment) ? [engine] : [],
  );
  return found === undefined ? undefined : `spec.${found}.deletionProtection`;
}
