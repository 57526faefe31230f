import { DatabaseError } from 'pg';
import { unavailable } from './schema.ts';

/**
 * What PostgreSQL refused, by its SQLSTATE (PostgreSQL documentation, appendix A) and the constraint. Its own message and
 * detail quote values and statements, which no log may hold.
 */
export class RefusedByDatabase extends Error {
  override name = 'RefusedByDatabase';
  readonly code: string;
  readonly constraint: string | undefined;

  constructor({ code, constraint }: DatabaseError) {
    super(`PostgreSQL answered ${code}${constraint === undefined ? '' : ` (${constraint})`}`);
    this.code = code ?? 'unknown';
    this.constraint = constraint;
  }
}

/**
 * States that end by themselves: connections that broke (08) or are too many, a disk or memory that is full (53), a server
 * that ends, starts, or took too long (57), a password that is being changed (28), a database that is still to be made
 * (3D000), and a former writer that became a reader in a failover (25006).
 */
const PASSING = /^(08|28|53|57)|^(3D000|25006)$/;

/** An error as a log may hold it. */
export function loggable(error: unknown): unknown {
  return error instanceof DatabaseError ? new RefusedByDatabase(error) : error;
}

/** What a statement's error is to who ran it: a 503 where the database does not work, and else what it refused. */
export function told(error: unknown): unknown {
  const known = loggable(error);
  // What a program does wrong before anything is sent.
  if (known instanceof TypeError) return known;
  // The driver's own errors, which have no class, all say that a connection is not there, is gone, or does not answer.
  const passing = !(known instanceof RefusedByDatabase) || PASSING.test(known.code);
  return passing ? unavailable('postgresql', known) : known;
}
