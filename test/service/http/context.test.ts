import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Request } from 'express';
import { describe, expect, it } from 'vitest';
import { Context } from '../../../service/http/context.ts';
import { Deadline } from '../../../service/http/deadline.ts';
import { Problem } from '../../../service/http/problem.ts';

const request = { get: (name: string) => `the ${name}` } as Request;
const contextOf = (deadline: Deadline) =>
  new Context(request, { requestId: 'r1', ip: '192.0.2.1' }, deadline);

describe('what a handler is told of a request', () => {
  it('is its id, who asked, and its headers', () => {
    const context = contextOf(new Deadline());
    expect([context.id, context.ip, context.header('origin')]).toEqual(['r1', '192.0.2.1', 'the origin']);
  });

  it('is that its deadline has passed, whether or not somebody had asked before', () => {
    const problem = new Problem(504, 'late');
    const [asked, unasked] = [new Deadline(), new Deadline()];
    const { signal } = contextOf(asked);
    expect(signal.aborted).toBe(false);
    for (const deadline of [asked, unasked]) deadline.pass(problem);
    expect(signal.reason).toBe(problem);
    expect(contextOf(unasked).signal.reason).toBe(problem);
  });

  it('has no accessor of its own, by which each request would stay until a full collection', () => {
    setFlagsFromString('--allow-natives-syntax');
    const hasFastProperties = runInNewContext('(one) => %HasFastProperties(one)') as (one: object) => boolean;
    const deadline = new Deadline();
    expect(hasFastProperties(deadline)).toBe(true);
    expect(hasFastProperties(contextOf(deadline))).toBe(true);
    const { ip } = contextOf(deadline);
    const own = {
      get ip() {
        return ip;
      },
    };
    expect(hasFastProperties(own)).toBe(false);
  });
});
