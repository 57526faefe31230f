/** Where the things of a target are made, in words for people. */
export interface Place {
  /** Fits after `in`, and as a subject: `AWS`, `the cluster`. */
  readonly name: string;
  /** Why something is waited for that it is still at. */
  readonly waiting: 'WaitingForAws' | 'WaitingForCluster';
  /** What things carry by which Landfall knows them. */
  readonly mark: 'tag' | 'annotation';
}

export const AWS: Place = { name: 'AWS', waiting: 'WaitingForAws', mark: 'tag' };

export const CLUSTER: Place = { name: 'the cluster', waiting: 'WaitingForCluster', mark: 'annotation' };

const AT_IT: ReadonlySet<string> = new Set([AWS.waiting, CLUSTER.waiting]);

/** Whether a reason says that a place is still at something, which a listing shows as soon as it is done. */
export function isAtIt(reason: string | undefined): boolean {
  return reason !== undefined && AT_IT.has(reason);
}
