import type { IncomingMessage, ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { clientOf } from '../../../../service/microservice/calls/client.ts';
import { listening } from '../../listening.ts';

const json = (response: ServerResponse, status: number, body: unknown) =>
  void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));

const asked = (body: unknown = {}) => ({ body, requestId: 'r-1', signal: new AbortController().signal });

describe('a call', () => {
  it('is a POST to /hello below the address, with the request id', async () => {
    const requests: { url: string | undefined; id: unknown }[] = [];
    await using service = await listening((request, response) => {
      requests.push({ url: request.url, id: request.headers['x-request-id'] });
      void bodyOf(request).then((text) => json(response, 200, { got: JSON.parse(text) as unknown }));
    });
    const client = clientOf({ name: 'there', url: `${service.url}/base` });
    expect(await client.call(asked({ a: 1 }))).toEqual({
      status: 200,
      response: { got: { a: 1 } },
      attempts: 1,
    });
    expect(requests).toEqual([{ url: '/base/hello', id: 'r-1' }]);
    expect(client.circuit()).toBe('closed');
  });

  it('is tried again where that may help', async () => {
    let calls = 0;
    await using service = await listening((_request, response) => {
      calls += 1;
      json(response, calls < 3 ? 503 : 200, { calls });
    });
    const called = await clientOf({ name: 'there', url: service.url }).call(asked());
    expect(called).toEqual({ status: 200, response: { calls: 3 }, attempts: 3 });
  });

  it.each([400, 404, 429, 500])('that is answered %i is not tried again, and is a 502', async (status) => {
    let calls = 0;
    await using service = await listening((_request, response) => {
      calls += 1;
      json(response, status, { secret: 'x' });
    });
    await expect(clientOf({ name: 'there', url: service.url }).call(asked())).rejects.toMatchObject({
      status: 502,
      message: `there: it answered ${status}.`,
    });
    expect(calls).toBe(1);
  });

  it.each([
    ['no JSON', (response: ServerResponse) => void response.end('<html>'), 'there: it answered no JSON.'],
    [
      'more than a mebibyte',
      (response: ServerResponse) => void response.end(`"${'a'.repeat(2 ** 20)}"`),
      'there: it answered more than 1048576 bytes.',
    ],
    [
      'somewhere else',
      (response: ServerResponse) => void response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
      'there: it could not be reached.',
    ],
  ])('that is answered with %s is a 502', async (_what, answer, message) => {
    await using service = await listening((_request, response) => answer(response));
    await expect(clientOf({ name: 'there', url: service.url }).call(asked())).rejects.toMatchObject({
      status: 502,
      message,
    });
  });

  it('of what does not answer is a 504, each attempt within its time', async () => {
    let calls = 0;
    await using service = await listening(() => {
      calls += 1;
    });
    await expect(clientOf({ name: 'there', url: service.url }).call(asked())).rejects.toMatchObject({
      status: 504,
      message: 'there: it did not answer within 2 s.',
    });
    expect(calls).toBe(3);
  });

  it('ends with the request that it is for', async () => {
    await using service = await listening(() => undefined);
    const controller = new AbortController();
    const call = clientOf({ name: 'there', url: service.url }).call({
      ...asked(),
      signal: controller.signal,
    });
    controller.abort();
    await expect(call).rejects.toThrow();
  });

  it('is not made while the circuit is open; it closes when the service is back', async () => {
    let isDown = true;
    let calls = 0;
    await using service = await listening((_request, response) => {
      calls += 1;
      json(response, isDown ? 503 : 200, {});
    });
    const client = clientOf({ name: 'there', url: service.url }, { openMs: 200 });
    await expect(client.call(asked())).rejects.toMatchObject({ status: 502 });
    await expect(client.call(asked())).rejects.toMatchObject({
      status: 503,
      headers: { 'Retry-After': '1' },
      message: 'there has failed 5 times in a row, and is tried again soon.',
    });
    expect([client.circuit(), calls]).toEqual(['open', 5]);
    isDown = false;
    await expect
      .poll(() =>
        client.call(asked()).then(
          ({ status }) => status,
          () => 'refused',
        ),
      )
      .toBe(200);
    expect([client.circuit(), calls]).toEqual(['closed', 6]);
  });
});

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}
