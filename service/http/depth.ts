/** Nobody means JSON that is nested deeper, and what writes it out again would run out of stack. */
export const DEEPEST = 100;

/** Whether JSON is nested deeper than that. */
export function isTooDeep(json: unknown): boolean {
  let level: unknown[] = [json];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > DEEPEST) return true;
    level = level.flatMap((value) =>
      typeof value === 'object' && value !== null ? Object.values(value) : [],
    );
  }
  return false;
}
