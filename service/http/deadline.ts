import { Problem } from './problem.ts';

/** Until when a request waits. */
export class Deadline {
  #controller: AbortController | undefined;

  /** Aborted when it has passed; made when somebody first asks for it. */
  get signal(): AbortSignal {
    return this.#made().signal;
  }

  pass(problem: Problem): void {
    this.#made().abort(problem);
  }

  #made(): AbortController {
    return (this.#controller ??= new AbortController());
  }
}

/** Of what answers at once. */
const NONE = new Deadline();

/** Runs something that waits, until the deadline; then its signal is aborted and the answer is a 504. */
export async function withDeadline<T>(
  ms: number | undefined,
  run: (deadline: Deadline) => Promise<T> | T,
): Promise<T> {
  if (ms === undefined) return run(NONE);
  const deadline = new Deadline();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const problem = new Problem(504, `This took longer than the ${ms / 1000} s that a request may take.`);
      // First: what is aborted fails at once, and would be the answer.
      reject(problem);
      deadline.pass(problem);
    }, ms);
  });
  try {
    return await Promise.race([run(deadline), late]);
  } finally {
    clearTimeout(timer);
  }
}
