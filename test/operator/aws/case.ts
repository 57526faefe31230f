/** A thing as AWS lists it, what it was made from, and what each change of an input is. */
export interface Case {
  readonly inputs: object;
  readonly record: object;
  readonly needs: readonly string[];
  /** A changed input, and the line that it causes. */
  readonly changes: readonly [object, string][];
}
