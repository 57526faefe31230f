import { pino } from 'pino';
import { z } from 'zod';
import { createApp } from '../../service/http/app.ts';
import { openApi } from '../../service/http/openapi.ts';
import { Problem } from '../../service/http/problem.ts';
import { ok, route } from '../../service/http/route.ts';
import { type Listening, listening } from '../service/listening.ts';

const shared = { method: 'get', tag: 'Lies', summary: 'Something else' } as const;
const Count = z.object({ count: z.int() });
const answer = { description: 'A number.', schema: Count };
const answers = { 200: answer };
const one = () => ok({ count: 1 });

const LIES = [
  route({ ...shared, path: '/body', id: 'body', answers }, () => ok({ count: 'many' })),
  route({ ...shared, path: '/status', id: 'status', answers }, () => {
    throw new Problem(418, 'I am a teapot.');
  }),
  route({ ...shared, path: '/fault', id: 'fault', answers }, () => {
    throw new Error('a fault');
  }),
  route(
    {
      ...shared,
      path: '/header',
      id: 'header',
      answers: { 200: { ...answer, headers: { Location: z.string() } } },
    },
    one,
  ),
  route({ ...shared, method: 'post', path: '/valid', id: 'valid', body: Count, answers }, () => {
    throw new Problem(422, 'Never.');
  }),
  route({ ...shared, path: '/open', id: 'open', security: [{ key: [] }], answers }, one),
];

/** A service each of whose operations does something else than its document says. */
export function lyingService(): Promise<Listening> {
  const document = openApi(
    { title: 'Liar', version: '1.0.0', description: 'Says one thing and does another.' },
    LIES.map(({ operation }) => operation),
    { key: { type: 'apiKey', in: 'header', name: 'X-Key' } },
  );
  const described = { ...shared, path: '/openapi.json', id: 'document', answers: {} };
  return listening(
    createApp({
      routes: [...LIES, route(described, () => ok(document))],
      log: pino({ level: 'silent' }),
      requestTimeoutMs: 1000,
      trustedProxyHops: 0,
    }),
  );
}
