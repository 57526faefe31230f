import type { AwsSession } from './session.ts';

interface Asked<T> {
  /** There are no other keys: what none of them names is forgotten. */
  readonly all: boolean;
  /** What is read of a key that is not known; undefined where there is nothing, which is asked for again. */
  readonly read: (key: string) => Promise<T | undefined>;
}

type Answers<T> = Map<string, Promise<T | undefined>>;

/**
 * Answers by session and key that never change: each is read once for as long as it is asked for, and whoever asks while
 * it is being read waits for the same answer.
 */
export function onceKnown<T>(): (
  session: AwsSession,
  keys: Iterable<string>,
  asked: Asked<T>,
) => Promise<ReadonlyMap<string, T>> {
  const known = new WeakMap<AwsSession, Answers<T>>();
  return async (session, keys, { all, read }) => {
    const answers: Answers<T> = known.get(session) ?? new Map();
    known.set(session, answers);
    const wanted = new Set(keys);
    if (all) for (const key of answers.keys()) if (!wanted.has(key)) answers.delete(key);
    const found = await Promise.all(
      [...wanted].map(async (key) => {
        const answer = await (answers.get(key) ?? ask(answers, key, read));
        return answer === undefined ? [] : [[key, answer] as const];
      }),
    );
    return new Map(found.flat());
  };
}

async function ask<T>(answers: Answers<T>, key: string, read: Asked<T>['read']): Promise<T | undefined> {
  const reading = read(key);
  answers.set(key, reading);
  const forget = () => {
    if (answers.get(key) === reading) answers.delete(key);
  };
  try {
    const answer = await reading;
    if (answer === undefined) forget();
    return answer;
  } catch (error) {
    forget();
    throw error;
  }
}
