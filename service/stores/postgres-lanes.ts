import type { Pool, PoolClient, QueryConfig, QueryResultRow } from 'pg';
import { RefusedByDatabase, told } from './postgres-errors.ts';

/** A connection that statements have now, how many, and why it is not to be used again, if so. */
interface Lane {
  readonly client: Promise<PoolClient>;
  statements: number;
  broken: boolean;
}

/** Runs a statement; throws what it was refused for, or a 503. */
export type Run = <Row extends QueryResultRow>(statement: QueryConfig) => Promise<Row[]>;

/**
 * Runs each statement on a connection of its own as long as the pool has one, and behind another when all are taken: it is sent at
 * once, and one reading brings several answers. Its connections must be made with `pipeline`.
 */
export function lanesOf(pool: Pool, most: number): Run {
  const lanes = new Set<Lane>();

  const take = (): Lane => {
    if (lanes.size < most) {
      const lane = { client: pool.connect(), statements: 1, broken: false };
      lanes.add(lane);
      return lane;
    }
    const [first, ...others] = lanes;
    if (!first) throw new Error('a pool has at least one connection');
    const lane = others.reduce((least, each) => (each.statements < least.statements ? each : least), first);
    lane.statements += 1;
    return lane;
  };

  const leave = (lane: Lane): void => {
    lane.statements -= 1;
    if (lane.broken || lane.statements === 0) lanes.delete(lane);
    // Of one that failed nobody knows what it still waits for.
    if (lane.statements === 0)
      lane.client.then(
        (client) => client.release(lane.broken),
        () => undefined,
      );
  };

  return async <Row extends QueryResultRow>(statement: QueryConfig) => {
    const lane = take();
    try {
      const { rows } = await (await lane.client).query<Row>(statement);
      return rows;
    } catch (error) {
      const what = told(error);
      if (!(what instanceof RefusedByDatabase)) lane.broken = true;
      throw what;
    } finally {
      leave(lane);
    }
  };
}
