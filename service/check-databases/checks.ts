import { randomUUID } from 'node:crypto';
import { type Figures, measure } from './measure.ts';
import type { Subject } from './subject.ts';
import { why } from './why.ts';

/** How a check of a store ended. */
export interface Outcome {
  readonly store: string;
  readonly check: string;
  readonly result: 'ok' | 'FAILED' | 'disabled' | 'left out';
  readonly detail: string;
}

/** How fast a store did something. */
export interface Speed {
  readonly store: string;
  readonly operation: string;
  readonly figures: Figures | undefined;
  /** Why there are no figures. */
  readonly failed: string;
}

/** Connects, looks at the schema, and writes, reads and removes something, unless nothing may be written. */
export async function checkAll(subject: Subject, mayWrite: boolean): Promise<Outcome[]> {
  const { name: store } = subject;
  const connection = await outcome(store, 'connection', async () => {
    const from = performance.now();
    const { version, tls } = await subject.connect();
    return { found: `${version}, ${tls}, ${(performance.now() - from).toFixed(0)} ms` };
  });
  if (connection.result !== 'ok') return [connection];
  const what = 'write, read, delete';
  return [
    connection,
    ...(subject.schema ? [await outcome(store, 'schema', () => subject.schema?.())] : []),
    mayWrite
      ? await outcome(store, what, () => writeReadDelete(subject))
      : { store, check: what, result: 'left out', detail: 'nothing is written in prod' },
  ];
}

async function writeReadDelete(subject: Subject): Promise<{ found: string; faults: string[] }> {
  const from = performance.now();
  const id = await subject.write(0);
  let found: boolean;
  try {
    found = await subject.read(id);
  } finally {
    await subject.remove([id]);
  }
  const stays = await subject.read(id);
  return {
    found: `${(performance.now() - from).toFixed(0)} ms`,
    faults: [
      ...(found ? [] : ['what was written is not found']),
      ...(stays ? ['what was removed is still found'] : []),
    ],
  };
}

/** A fault is a line of the detail each. */
async function outcome(
  store: string,
  check: string,
  look: () => Promise<{ found: string; faults?: readonly string[] }> | undefined,
): Promise<Outcome> {
  try {
    const { found, faults = [] } = (await look()) ?? { found: '' };
    if (faults.length === 0) return { store, check, result: 'ok', detail: found };
    return { store, check, result: 'FAILED', detail: faults.join('; ') };
  } catch (error) {
    return { store, check, result: 'FAILED', detail: why(error) };
  }
}

/** Reads, and writes where that is allowed, for so long each. What was written is removed, also where `signal` ends it. */
export async function checkPerformance(
  subject: Subject,
  mayWrite: boolean,
  ms: number,
  signal: AbortSignal,
): Promise<Speed[]> {
  const { name: store } = subject;
  const written = new Set<string>();
  const speed = async (operation: string, each: (slot: number) => Promise<unknown>): Promise<Speed> => {
    try {
      return { store, operation, figures: await measure(ms, signal, each), failed: '' };
    } catch (error) {
      return { store, operation, figures: undefined, failed: why(error) };
    }
  };
  const write = async (slot: number) => {
    const id = await subject.write(slot);
    written.add(id);
    return id;
  };
  const failure = (operation: string) => (error: unknown) => [
    { store, operation, figures: undefined, failed: why(error) },
  ];
  const measured = async () => {
    await subject.connect();
    // Where nothing may be written, what is looked for is not there, which the same index tells.
    const id = mayWrite ? await write(0) : randomUUID();
    const reads = await speed('read', () => subject.read(id));
    return [reads, ...(mayWrite ? [await speed('write', write)] : [])];
  };
  const speeds = await measured().catch(failure('connection'));
  const removed =
    written.size === 0 ? [] : await subject.remove([...written]).then(() => [], failure('removal'));
  return [...speeds, ...removed];
}
