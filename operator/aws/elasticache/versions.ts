/** The first version of Valkey that ElastiCache has; Redis OSS ends before it. */
export const VALKEY_FROM = '7.2';

/** Whether a version that runs (`7.0.7`) is at least the one that is wanted (`7.0`). */
export function isAtLeast(actual: string, wanted: string): boolean {
  const [have, want] = [numbersOf(actual), numbersOf(wanted)];
  const first = want
    .map((number, index) => (have[index] ?? 0) - number)
    .find((difference) => difference !== 0);
  return (first ?? 0) >= 0;
}

export function majorOf(version: string): number {
  return numbersOf(version)[0] ?? 0;
}

/** The family of the parameter groups that fit: https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/ParameterGroups.Engine.html */
export function familyOf(engine: 'redis' | 'valkey', version: string): string {
  const major = majorOf(version);
  return engine === 'redis' && major === 6 ? 'redis6.x' : `${engine}${major}`;
}

function numbersOf(version: string): number[] {
  return version.split('.').map((part) => (part === 'x' ? 0 : Number(part)));
}
