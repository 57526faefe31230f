import type { Service } from '@aws-sdk/client-ecs';
import { textOf, type Change } from '../../graph/kind.ts';
import { shortHash } from '../../graph/ownership.ts';
import { isUnresolved } from '../../graph/ref.ts';
import { failedOf, isComplete, primaryOf } from './deployments.ts';
import type { EcsServiceInputs } from './service-settings.ts';
import { MARK, markOf } from './shared.ts';

type Causes = Pick<EcsServiceInputs, 'restartedAt' | 'passwords'>;

const BETWEEN = ' / ';
const PASSWORDS = 'passwords ';

/** What the tasks of a service are started for, as its mark has it: a request of somebody's, and the passwords that they read. */
export function startedFor({ restartedAt, passwords = [] }: Causes): string | undefined {
  // The value of a tag is short, and has few other characters.
  const read =
    passwords.length === 0 ? [] : [`${PASSWORDS}${passwords.map((which) => shortHash(which)).join(' ')}`];
  const causes = [...(restartedAt === undefined ? [] : [restartedAt]), ...read];
  return causes.length === 0 ? undefined : causes.join(BETWEEN);
}

/**
 * What all tasks are to be replaced for. Nobody has to for a request that is taken back, for a password that is read no more, nor
 * for one of which it is not known yet which it is.
 */
export function restartChange(inputs: Causes, service: Service): Change[] {
  const { restartedAt, passwords = [] } = inputs;
  if (isUnresolved(passwords)) return [];
  const from = markOf(service, MARK.restarted);
  const before = causesIn(from);
  const isStarted = restartedAt === undefined || restartedAt === before.restartedAt;
  if (isStarted && passwords.every((which) => before.passwords.includes(shortHash(which)))) return [];
  return [{ path: 'restartedAt', ...(from !== undefined && { from }), to: startedFor(inputs) }];
}

function causesIn(mark = ''): { restartedAt: string; passwords: readonly string[] } {
  const at = mark.startsWith(PASSWORDS) ? 0 : mark.lastIndexOf(`${BETWEEN}${PASSWORDS}`);
  if (at < 0) return { restartedAt: mark, passwords: [] };
  const read = mark.slice(mark.indexOf(PASSWORDS, at) + PASSWORDS.length);
  return { restartedAt: mark.slice(0, at), passwords: read.split(' ') };
}

/** For which passwords all tasks of a service were started, as hashes; none while any runs that was started before, or may. */
export function passwordsRead(service: Service): string {
  const primary = primaryOf(service);
  const others = (service.deployments ?? []).filter((deployment) => deployment !== primary);
  const isAlone = others.every(({ runningCount = 0 }) => runningCount === 0);
  if (!primary || !isComplete(primary) || !isAlone || failedOf(service)) return '';
  return causesIn(markOf(service, MARK.restarted)).passwords.join(' ');
}

/** Whether the tasks of a service have read a password, from what {@link passwordsRead} says of it. */
export function haveRead(read: string, password: string): boolean {
  return read.split(' ').includes(shortHash(password));
}

/** What is noted before a restart: which one, and the deployment that it follows. */
export function restartMark(service: Service, { to }: Change): string {
  return `${primaryOf(service)?.id ?? 'none'} ${shortHash(textOf(to))}`;
}

/** Whether a restart was noted before it began, and another deployment came after that: it was sent, and its answer never seen. */
export function hasRestarted(service: Service, { to }: Change): boolean {
  const [followed, which] = markOf(service, MARK.restarted)?.split(' ') ?? [];
  return which === shortHash(textOf(to)) && followed !== primaryOf(service)?.id;
}
