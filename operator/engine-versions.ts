/** Versions of engines as AWS writes them: `8.0.42`, `15.4`, `6.x`. */

/** Engines of which a version is another major one by more than its first number. */
const MAJOR_PARTS: Readonly<Record<string, number>> = { mysql: 2 };

/** Whether a version is older than one that is asked for; of the latter's parts only those count that it names. */
export function isBelow(version: string, least: string): boolean {
  const [have, want] = [partsOf(version), partsOf(least)];
  for (const [index, part] of want.entries()) {
    const difference = (have[index] ?? 0) - part;
    if (difference !== 0) return difference < 0;
  }
  return false;
}

/** `8.0` of MySQL 8.0.42, `15` of PostgreSQL 15.4: what an upgrade to another one of asks for permission. */
export function majorOf(engine: string, version: string): string {
  return version
    .split('.')
    .slice(0, MAJOR_PARTS[engine] ?? 1)
    .join('.');
}

/**
 * The family of the parameter groups that a version takes, as `mysql8.0`. Of Redis 6 it is `redis6.x`:
 * https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/ParameterGroups.Engine.html
 */
export function familyOf(engine: string, version: string): string {
  const major = majorOf(engine, version);
  return engine === 'redis' && major === '6' ? 'redis6.x' : `${engine}${major}`;
}

/** The option group that AWS gives a version where nobody names another. */
export function defaultOptionGroup(engine: string, version: string): string {
  return `default:${engine}-${majorOf(engine, version).replaceAll('.', '-')}`;
}

function partsOf(version: string): number[] {
  return version.split('.').map((part) => (part === 'x' ? 0 : Number(part)));
}
