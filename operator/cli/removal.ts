import { setTimeout as delay } from 'node:timers/promises';
import type { Condition, ResourceStatus } from '../api/common.ts';
import type { Config } from '../config.ts';
import type { GraphObject } from '../controllers/resource-status.ts';
import type { KubeClient } from '../kube/client.ts';
import { isNotFound } from '../kube/errors.ts';
import type { KubeObject } from '../kube/types.ts';
import type { Terminal } from './terminal.ts';
import { Failures } from './usage.ts';

const LOOK_MS = 300;

/** As much of any of Landfall's objects as tells how far its end is. */
interface Going extends KubeObject {
  readonly status?: {
    readonly conditions?: readonly Condition[] | undefined;
    readonly resources?: readonly ResourceStatus[] | undefined;
  };
}

/** An object whose end is awaited. */
export interface Leaving {
  /** `SecureVpc portal/portal`. */
  readonly title: string;
  readonly path: string;
}

interface WaitOptions {
  readonly client: KubeClient;
  readonly terminal: Terminal;
  readonly timeoutMs: number;
  /** What to say where the time is up, after what is waited for. */
  readonly advice: string;
}

/**
 * Resolves when all are gone, with what each had in its status when it was last seen; tells on the notes whenever what
 * one waits for changes. Throws {@link Failures} with what each that is left says of itself, when the time is up.
 */
export async function untilGone(
  leaving: readonly Leaving[],
  { client, terminal, timeoutMs, advice }: WaitOptions,
): Promise<ReadonlyMap<string, readonly ResourceStatus[]>> {
  const last = new Map<string, readonly ResourceStatus[]>();
  const told = new Map<string, string>();
  const deadline = performance.now() + timeoutMs;
  let left = leaving;
  for (;;) {
    const seen = await Promise.all(left.map(async (one) => ({ one, object: await read(client, one.path) })));
    for (const { one, object } of seen) {
      if (object?.status?.resources) last.set(one.path, object.status.resources);
      const word = object ? sayingOf(object) : 'gone';
      if (told.get(one.path) !== word) terminal.note(`  ${one.title}: ${word}`);
      told.set(one.path, word);
    }
    left = seen.flatMap(({ one, object }) => (object ? [one] : []));
    if (left.length === 0) return last;
    if (performance.now() > deadline) {
      const seconds = Math.round(timeoutMs / 1000);
      throw new Failures(
        left.map(({ title, path }) => ({
          object: title,
          reason: 'Timeout',
          message: `still there after ${seconds} s: ${told.get(path) ?? ''}. ${advice}`,
        })),
      );
    }
    await delay(Math.min(LOOK_MS, Math.max(0, deadline - performance.now())));
  }
}

async function read(client: KubeClient, path: string): Promise<Going | undefined> {
  try {
    return await client.get<Going>(path);
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** What an object that goes says it waits for. */
function sayingOf({ metadata, status }: Going): string {
  const said = status?.conditions?.find(
    ({ type, status: holds }) => (type === 'Stalled' || type === 'Reconciling') && holds === 'True',
  );
  if (said) return `${said.reason}: ${said.message}`;
  const held = (metadata.finalizers ?? []).join(', ');
  return held === '' ? 'going' : `waits for ${held}`;
}

/** The configuration for what objects have made: that says of which installation it is, better than a default. */
export function configAs(
  config: Config,
  { installation }: { readonly installation?: string },
  made: readonly { readonly object: Pick<GraphObject, 'status'> }[],
): Config {
  if (installation !== undefined) return config;
  const known = made.flatMap(({ object }) => object.status.target?.installation ?? []);
  return { ...config, installation: known[0] ?? config.installation };
}
