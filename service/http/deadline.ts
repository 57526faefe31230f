import { Problem } from './problem.ts';

/** Until when a request waits. */
export interface Deadline {
  /** Aborted when it has passed; made when somebody first asks for it. */
  readonly signal: AbortSignal;
}

/** Of what answers at once. */
const NONE: Deadline = { signal: new AbortController().signal };

/** Runs something that waits, until the deadline; then its signal is aborted and the answer is a 504. */
export async function withDeadline<T>(
  ms: number | undefined,
  run: (deadline: Deadline) => Promise<T> | T,
): Promise<T> {
  if (ms === undefined) return run(NONE);
  let controller: AbortController | undefined;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const problem = new Problem(504, `This took longer than the ${ms / 1000} s that a request may take.`);
      // First: what is aborted fails at once, and would be the answer.
      reject(problem);
      controller?.abort(problem);
    }, ms);
  });
  const deadline = {
    get signal() {
      controller ??= new AbortController();
      return controller.signal;
    },
  };
  try {
    return await Promise.race([run(deadline), late]);
  } finally {
    clearTimeout(timer);
  }
}
