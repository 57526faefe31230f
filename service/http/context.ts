import type { Request } from 'express';
import type { Deadline } from './deadline.ts';
import type { RequestContext } from './route.ts';

/**
 * What a handler is told of a request. A class: what accessors of an object's own refer to V8 puts where only a full collection finds
 * it, which was all of a request.
 */
export class Context implements RequestContext {
  readonly id: string;
  readonly ip: string;
  readonly #request: Request;
  readonly #deadline: Deadline;

  constructor(request: Request, locals: Readonly<Record<string, unknown>>, deadline: Deadline) {
    this.id = String(locals['requestId']);
    this.ip = String(locals['ip']);
    this.#request = request;
    this.#deadline = deadline;
  }

  get signal(): AbortSignal {
    return this.#deadline.signal;
  }

  header(name: string): string | undefined {
    return this.#request.get(name);
  }
}
