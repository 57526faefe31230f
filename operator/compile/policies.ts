/** A policy of IAM as its text. */
export function policyText(...Statement: readonly object[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement });
}
