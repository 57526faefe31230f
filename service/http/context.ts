import type { Request } from 'express';
import type { Deadline } from './deadline.ts';
import type { RequestContext } from './route.ts';

/** What a handler is told of a request. A class: where each request had an accessor of its own, V8 made a hidden class for each. */
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
