import { z } from 'zod';

/** What a handler is told of the request beside its parts. */
export interface RequestContext {
  /** Carried to services that are called, and in every line of the log. */
  readonly id: string;
  /** The address that asked, of the first proxy that is not trusted. */
  readonly ip: string;
  /** Aborted at the deadline of the request; what waits for something passes it on. */
  readonly signal: AbortSignal;
  /** The header of this name, in lower case. */
  header(name: string): string | undefined;
}

/** What is answered: JSON unless `type` says otherwise, which a string is the text of; nothing where there is no body. */
export interface Reply {
  readonly status: number;
  readonly body?: unknown;
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
}

/** An answer that a route may give, as its document tells it. */
export interface Answer {
  readonly description: string;
  readonly schema?: z.ZodType;
  /** Media type, `application/json` unless given. */
  readonly type?: string;
  /** Headers beside those that every answer has. */
  readonly headers?: Readonly<Record<string, z.ZodType>>;
}

/** Names of the document's security schemes that are needed together; none, where anybody may ask. */
export type Security = Readonly<Record<string, []>>;

interface Parts {
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
}

/** An operation of the API: what it takes and answers, once for checking and for the document. */
export interface Operation extends Parts {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** With parameters in braces: `/database/users/{id}`. */
  readonly path: string;
  /** Unique, in camel case. */
  readonly id: string;
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  /** Who may ask, each another way in; anybody unless given. */
  readonly security?: readonly Security[];
  readonly answers: Readonly<Record<number, Answer>>;
  /** Statuses of errors beside those that every operation of its shape has. */
  readonly problems?: readonly number[];
  /** Whether it waits for something else (a store, a service), and so has a deadline and may be answered 503 and 504. */
  readonly waits?: boolean;
  /** Whether it counts towards the rate limit; so does all but what probes and scrapers call. Default true. */
  readonly limited?: boolean;
}

type Output<S> = S extends z.ZodType ? z.output<S> : undefined;

interface Input<P extends Parts> {
  readonly params: Output<P['params']>;
  readonly query: Output<P['query']>;
  readonly body: Output<P['body']>;
  readonly request: RequestContext;
}

/** What is known of a route once its types are checked. */
export interface Route {
  readonly operation: Operation;
  handle(input: {
    params: unknown;
    query: unknown;
    body: unknown;
    request: RequestContext;
  }): Promise<Reply> | Reply;
}

/** Ties an operation to what does it; the parts that it is called with are checked already. */
export function route<const O extends Operation>(
  operation: O,
  handle: (input: Input<O>) => Promise<Reply> | Reply,
): Route {
  return { operation, handle };
}

/** The header of a 201. */
export const madeAt = z
  .string()
  .meta({ description: 'The path of what was made.', header: { id: 'MadeAt' } });

/** 200 with JSON. */
export function ok(body: unknown): Reply {
  return { status: 200, body };
}
