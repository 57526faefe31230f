import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { Service } from './services.ts';

const COUNT = 100;
const STORES_WITHIN_MS = 30_000;

/** A request and what its answer has to be. */
export interface Question {
  readonly path: string;
  readonly answer: z.ZodType;
}

/** One of what is measured: makes what is asked for, by the service's own API and under names of its own, and says what to ask. */
export interface Subject {
  /** By which it alone is measured. */
  readonly word: string;
  readonly name: string;
  readonly prepare: (service: Service) => Promise<readonly Question[]>;
}

const moment = z.iso.datetime({ offset: true });
/** Both services have the same stores. */
const unique = (number: number) => `u${number}_${randomUUID().slice(0, 8)}`;
const numbers = Array.from({ length: COUNT }, (_, index) => index);

const HELLO: Subject = {
  word: 'hello',
  name: 'GET /hello',
  prepare: async () => [
    {
      path: '/hello',
      answer: z.strictObject({
        message: z.literal('Hello from bench'),
        service: z.literal('bench'),
        version: z.literal('1.0.0'),
        timestamp: moment,
      }),
    },
  ],
};

const CACHED: Subject = {
  word: 'cached',
  name: 'a cached read',
  prepare: ({ origin }) =>
    Promise.all(
      numbers.map(async (number) => {
        const key = unique(number);
        const value = { message: 'Hello Cache', number, tags: ['bench', key] };
        const path = `/database/cache/${key}`;
        await make(`${origin}${path}?ttl=3600`, value);
        const ttl = z.int().positive().max(3600);
        const kept = z.strictObject({
          message: z.literal(value.message),
          number: z.literal(number),
          tags: z.tuple([z.literal('bench'), z.literal(key)]),
        });
        return { path, answer: z.strictObject({ key: z.literal(key), value: kept, ttl }) };
      }),
    ),
};

const USER: Subject = {
  word: 'user',
  name: 'a user read',
  prepare: ({ origin }) =>
    Promise.all(
      numbers.map(async (number) => {
        const username = unique(number);
        const email = `${username}@example.com`;
        const full_name = `User Number ${number}`;
        const made = await make(`${origin}/database/users`, { username, email, full_name });
        const { id } = z.object({ id: z.uuid() }).parse(made);
        const answer = z.strictObject({
          id: z.literal(id),
          username: z.literal(username),
          email: z.literal(email),
          full_name: z.literal(full_name),
          created_at: moment,
        });
        return { path: `/database/users/${id}`, answer };
      }),
    ),
};

/** All that is measured. */
export const SUBJECTS: readonly Subject[] = [HELLO, CACHED, USER];

/** Sends JSON, again while a store is not ready yet; what it is answered. */
async function make(url: string, body: unknown): Promise<unknown> {
  const until = performance.now() + STORES_WITHIN_MS;
  for (;;) {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
    const text = await response.text();
    if (response.ok) return JSON.parse(text);
    if (response.status !== 503 || performance.now() > until)
      throw new Error(`POST ${url} was answered ${response.status}: ${text.slice(0, 500)}`);
    await sleep(200);
  }
}
