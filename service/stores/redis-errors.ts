import { ReplyError } from 'ioredis';

/**
 * What Redis refused, by the word that its answer begins with (Redis serialization protocol, "Simple errors"), and where that is the
 * general one by the sentence: what it quotes may be what was sent, a password included. The driver's own error holds the command.
 */
export class RefusedByRedis extends Error {
  override name = 'RefusedByRedis';
  readonly code: string;

  constructor(answer: string) {
    const [code = 'failed'] = /^(ERR [\w -]*|\S+)/.exec(answer) ?? [];
    super(`Redis answered ${code.trim()}`);
    this.code = code.trim();
  }
}

/** An error as a log may hold it. Of a client of shards it is that of the node that was asked last. */
export function loggable(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  if ('lastNodeError' in error && error.lastNodeError instanceof Error) return loggable(error.lastNodeError);
  if (error instanceof ReplyError) return new RefusedByRedis(error.message);
  return 'command' in error ? new Error(error.message) : error;
}
