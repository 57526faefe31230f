import type { State } from '../graph/kind.ts';
import { isFields } from './field-set.ts';
import type { Fields, KubeRecord } from './record.ts';

/** A condition of an object, without its times, which change when nothing else does. */
export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}

/** Of a status the named fields, and the conditions. */
export function pick(...names: readonly string[]): (status: Fields) => Fields {
  return (status) => ({
    ...Object.fromEntries(
      names.flatMap((name) => (status[name] === undefined ? [] : [[name, status[name]]])),
    ),
    ...(Array.isArray(status['conditions']) && {
      conditions: status['conditions'].filter(isFields).map(brief),
    }),
  });
}

function brief(condition: Fields): Condition {
  const text = (name: string) => (typeof condition[name] === 'string' ? condition[name] : '');
  return { type: text('type'), status: text('status'), reason: text('reason'), message: text('message') };
}

/** A condition by its type. */
export function conditionOf({ status }: KubeRecord, type: string): Condition | undefined {
  const conditions = (status['conditions'] ?? []) as readonly Condition[];
  return conditions.find((condition) => condition.type === type);
}

/** A number of the status; 0 where it says none. */
export function count({ status }: KubeRecord, name: string): number {
  const value = status[name];
  return typeof value === 'number' ? value : 0;
}

/** How many pods the spec asks for; the API server's default is 1. */
export function replicasOf({ body }: KubeRecord): number {
  const spec = body['spec'] as { readonly replicas?: number } | undefined;
  return spec?.replicas ?? 1;
}

/** Something is on its way. */
export function pending(message: string): State {
  return { phase: 'pending', reason: 'WaitingForCluster', message };
}

/** A person is needed. */
export function failed(message: string): State {
  return { phase: 'failed', reason: 'PodsFailed', message };
}

/** Whether what the controller says is of the spec as it is now. */
export function isObserved({ metadata, status }: KubeRecord): boolean {
  const observed = status['observedGeneration'];
  return typeof observed === 'number' && observed >= (metadata.generation ?? 0);
}

export function titleOf({ metadata }: KubeRecord): string {
  return `${metadata.namespace}/${metadata.name}`;
}
