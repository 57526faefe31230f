import type { Clock } from '../clock.ts';
import type { KubeClient } from './client.ts';
import { timestamp } from './conditions.ts';
import { isNotFound } from './errors.ts';
import { resourcePath } from './path.ts';
import type { KubeObject, Log, ObjectRef } from './types.ts';

/** What happened to an object. */
export interface EventNote {
  type: 'Normal' | 'Warning';
  /** CamelCase, for programs. */
  reason: string;
  /** For people; cut to 1024 characters. */
  message: string;
  /** What was done or tried, CamelCase. */
  action: string;
}

export interface EventRecorderOptions {
  client: KubeClient;
  /** Shown by kubectl as the source, e.g. `landfall`. */
  component: string;
  /** Which process, e.g. the Pod's name. */
  instance: string;
  log: Log;
  clock: Clock;
  /** Events per object at once, and one more each `refillMs`; default 100 and 10 000. */
  burst?: number;
  refillMs?: number;
}

/** Writes events without ever failing its caller. */
export interface EventRecorder {
  record(object: ObjectRef, note: EventNote): void;
  /** Resolves when everything recorded so far was written or given up. */
  flush(): Promise<void>;
}

const MAX_MESSAGE = 1024;
/** The same again within this time raises a count; later it is a new event. As in client-go. */
const SERIES_MS = 600_000;
const REMEMBERED = 2_000;

interface Series {
  path: string;
  name: string;
  count: number;
  first: string;
  last: string;
  lastAt: number;
  object: ObjectRef;
  note: EventNote;
  /** Whether the API server has it; else it is created. */
  written: boolean;
}

/**
 * Records core/v1 Events: `kubectl describe`, `kubectl get events` and the GitOps tools show their count and
 * last time, where the events.k8s.io series is shown by few. The same note on the same object is counted up
 * instead of written anew. Writes go one after the other in the background; one that is refused (a
 * terminating namespace answers 403) is logged at debug and forgotten.
 */
export function createEventRecorder(options: EventRecorderOptions): EventRecorder {
  const { client, component, instance, log, clock, burst = 100, refillMs = 10_000 } = options;
  const series = new Map<string, Series>();
  const buckets = new Map<string, { tokens: number; at: number }>();
  const dirty = new Set<Series>();
  let writing: Promise<void> | undefined;
  let serial = 0;

  /** A token bucket per object, so that one failing object cannot flood etcd. */
  function allowed(object: string): boolean {
    const now = clock.now();
    const bucket = buckets.get(object) ?? { tokens: burst, at: now };
    const tokens = Math.min(burst, bucket.tokens + (now - bucket.at) / refillMs);
    keepRecent(buckets, object, { tokens: tokens >= 1 ? tokens - 1 : tokens, at: now });
    return tokens >= 1;
  }

  function record(object: ObjectRef, given: EventNote): void {
    const subject = [object.kind, object.namespace, object.name, object.uid].join('/');
    const note = { ...given, message: cut(given.message) };
    if (!allowed(subject)) {
      log.debug({ subject, reason: note.reason }, 'event dropped: too many for this object');
      return;
    }
    const key = [subject, note.type, note.reason, note.action, note.message].join('\n');
    const now = timestamp(clock.date());
    const known = series.get(key);
    const current =
      known !== undefined && clock.now() - known.lastAt < SERIES_MS ? known : begin(object, note, now);
    current.count += 1;
    current.last = now;
    current.lastAt = clock.now();
    keepRecent(series, key, current);
    dirty.add(current);
    writing ??= write();
  }

  function begin(object: ObjectRef, note: EventNote, now: string): Series {
    // Events about cluster-scoped objects live in "default"; that is where kubectl describe looks.
    const namespace = object.namespace ?? 'default';
    serial += 1;
    const unique = `${clock.date().getTime().toString(16)}${serial.toString(16).padStart(4, '0')}`;
    return {
      path: resourcePath({ version: 'v1', plural: 'events', namespace }),
      name: `${object.name.slice(0, 230)}.${unique}`,
      count: 0,
      first: now,
      last: now,
      lastAt: 0,
      object,
      note,
      written: false,
    };
  }

  async function write(): Promise<void> {
    // Lets notes of the same moment fall together.
    await Promise.resolve();
    for (const current of dirty) {
      dirty.delete(current);
      try {
        await send(current);
      } catch (error) {
        const { reason, message } = current.note;
        log.debug({ err: error, event: { reason, message } }, 'event not written');
      }
    }
    writing = undefined;
  }

  async function send(current: Series): Promise<void> {
    const { path, name, count, last } = current;
    if (current.written) {
      try {
        await client.mergePatch(`${path}/${name}`, { count, lastTimestamp: last }, { timeoutMs: 5_000 });
        return;
      } catch (error) {
        // The API server forgets events after an hour.
        if (!isNotFound(error)) throw error;
      }
    }
    await client.create(path, eventOf(current), { timeoutMs: 5_000 });
    current.written = true;
  }

  function eventOf({ object, note, name, count, first, last }: Series): KubeObject {
    const event = {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name, namespace: object.namespace ?? 'default' },
      involvedObject: object,
      ...note,
      count,
      firstTimestamp: first,
      lastTimestamp: last,
      source: { component },
      reportingComponent: component,
      reportingInstance: instance,
    };
    return event;
  }

  return {
    record,
    async flush() {
      // The writer also takes what is recorded while it runs.
      await writing;
    },
  };
}

const cut = (message: string): string =>
  message.length <= MAX_MESSAGE ? message : `${message.slice(0, MAX_MESSAGE - 1)}…`;

/** Sets an entry as the most recent, and forgets the oldest above the limit. */
function keepRecent<V>(map: Map<string, V>, key: string, value: V): void {
  map.delete(key);
  map.set(key, value);
  const [oldest] = map.keys();
  if (map.size > REMEMBERED && oldest !== undefined) map.delete(oldest);
}
