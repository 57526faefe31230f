import { Problem } from './problem.ts';

/** A signal that nothing aborts: of what answers at once. */
const NEVER = new AbortController().signal;

/** Runs something that waits, until the deadline; then its signal is aborted and the answer is a 504. */
export async function withDeadline<T>(
  ms: number | undefined,
  run: (signal: AbortSignal) => Promise<T> | T,
): Promise<T> {
  if (ms === undefined) return run(NEVER);
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const problem = new Problem(504, `This took longer than the ${ms / 1000} s that a request may take.`);
      // First: what is aborted fails at once, and would be the answer.
      reject(problem);
      controller.abort(problem);
    }, ms);
  });
  try {
    return await Promise.race([run(controller.signal), late]);
  } finally {
    clearTimeout(timer);
  }
}
