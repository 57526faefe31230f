import { TAG } from '../../graph/ownership.ts';
import { tagsOf } from '../tags.ts';
import type { CacheGroup } from './replication-groups.ts';

/** What a group is told of a token: that it is one of two, or the only one. */
export type Strategy = 'ROTATE' | 'SET';

/**
 * What a tag says of the token of a group, which AWS does not show: the mark, how it was given, and when the token before was. The
 * tag is written first, since AWS takes tags only of a group that is available; that the token was given shows in the time being
 * another since.
 */
interface Noted {
  readonly mark: string;
  readonly strategy: Strategy;
  readonly since: string;
}

const CREATED = 'created';

/** The tag of a group that is made with a token. */
export function createdWith(mark: string): string {
  return `${mark}/SET/${CREATED}`;
}

/** The tag of a group that is about to be given a token. */
export function aboutToGive(mark: string, strategy: Strategy, group: CacheGroup): string {
  return `${mark}/${strategy}/${timeOf(group)}`;
}

function timeOf({ AuthTokenLastModifiedDate: time }: CacheGroup): string {
  return time?.toISOString() ?? 'none';
}

function notedOn(group: CacheGroup): Noted | undefined {
  const [mark = '', strategy, since = ''] = (tagsOf(group)[TAG.password] ?? '').split('/');
  return strategy === 'ROTATE' || strategy === 'SET' ? { mark, strategy, since } : undefined;
}

/** The token that a group was given last, and how; undefined where none was. */
export function givenTo(group: CacheGroup): Omit<Noted, 'since'> | undefined {
  const noted = notedOn(group);
  const isGiven = noted && (noted.since === CREATED || noted.since !== timeOf(group));
  return isGiven ? { mark: noted.mark, strategy: noted.strategy } : undefined;
}

/**
 * How a group is given a token that it was not given yet: as the tag says that it was about to be, so that what was broken off is
 * asked for once more and nothing else.
 */
export function strategyFor(mark: string, group: CacheGroup): Strategy {
  // Told by ROTATE, one without a token would go on letting in whoever gives none.
  if (group.AuthTokenEnabled !== true) return 'SET';
  const noted = notedOn(group);
  return noted?.mark === mark ? noted.strategy : 'ROTATE';
}

/** The mark of the token that a group takes; empty while it is given one. */
export function tokenOf(group: CacheGroup): string {
  const isChanging =
    group.PendingModifiedValues?.AuthTokenStatus !== undefined ||
    !/^(available|snapshotting)$/.test(group.Status ?? '');
  return isChanging ? '' : (givenTo(group)?.mark ?? '');
}
