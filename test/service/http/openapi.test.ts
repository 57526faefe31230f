import { createConfig, lintFromString } from '@redocly/openapi-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { oas31 } from 'zod-openapi';
import { AWAY, startService } from '../../support/service.ts';

/** The document is there whether its stores are or not. */
const MODES = { microservice: AWAY, portal: { ...AWAY, SERVICE_MODE: 'portal' } } as const;

/** What OpenAPI leaves to taste, and is another here: it is served where it is true of, and probes know no 4xx. */
const rules = {
  'no-empty-servers': 'off',
  'info-license': 'off',
  'operation-4xx-response': 'off',
} as const;

async function documentOf(env: Readonly<Record<string, string>>): Promise<oas31.OpenAPIObject> {
  const service = await startService(env);
  try {
    return (await (await fetch(`${service.url}/openapi.json`)).json()) as oas31.OpenAPIObject;
  } finally {
    await service.stop();
  }
}

/** What is wrong with a document, each with where. */
async function faultsOf(document: unknown): Promise<string[]> {
  const config = await createConfig({ extends: ['recommended'], rules });
  const found = await lintFromString({ source: JSON.stringify(document), config });
  return found.map(({ ruleId, message, location }) => `${location[0]?.pointer}: ${message} (${ruleId})`);
}

type Found = readonly [name: string, operation: oas31.OperationObject];

function operationsOf({ paths = {} }: oas31.OpenAPIObject): Found[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods as Record<string, oas31.OperationObject>).map(([method, operation]): Found => [
      `${method.toUpperCase()} ${path}`,
      operation,
    ]),
  );
}

const statusesOf = ({ responses = {} }: oas31.OperationObject) => Object.keys(responses).map(Number);

const waysIn = ({ security = [] }: oas31.OperationObject) =>
  security.map((schemes) => Object.keys(schemes).join(' and ') || 'anybody');

/** A line for each operation: who may ask, where that is not anybody, and what may be answered. */
function surfaceOf(document: oas31.OpenAPIObject): string {
  const lines = operationsOf(document).map(([name, operation]) => {
    const ways = waysIn(operation).join(', or ');
    return `${name}${ways === '' ? '' : ` (${ways})`}: ${statusesOf(operation).join(' ')}`;
  });
  return `\n${lines.join('\n')}\n`;
}

describe.each(Object.entries(MODES))('the document of the %s', (_mode, env) => {
  let document: oas31.OpenAPIObject;
  let operations: Found[];
  beforeAll(async () => {
    document = await documentOf(env);
    operations = operationsOf(document);
  });

  it('is valid OpenAPI 3.1, its examples included', async () => {
    expect(document.openapi).toBe('3.1.0');
    expect(await faultsOf(document)).toEqual([]);
  });

  it('has one id for each operation', () => {
    const ids = operations.map(([, { operationId }]) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^[a-z][A-Za-z]+$/);
  });

  it('tells of every operation by what errors it may be answered', () => {
    for (const [name, operation] of operations) {
      const { parameters = [], requestBody, tags } = operation;
      const input = requestBody !== undefined || parameters.length > 0;
      const inPath = parameters.some((parameter) => 'in' in parameter && parameter.in === 'path');
      const wanted = [
        500,
        ...(tags?.includes('Probes') ? [] : [429]),
        ...(input ? [422] : []),
        ...(inPath || requestBody ? [400] : []),
        ...(requestBody ? [413, 415] : []),
      ];
      const statuses = statusesOf(operation);
      expect(statuses, name).toEqual(expect.arrayContaining(wanted));
      // What waits may wait too long, or for something that is not there.
      if (statuses.includes(504)) expect(statuses, name).toContain(503);
      const ways = waysIn(operation);
      expect(statuses.includes(401), name).toBe(
        name === 'POST /admin/login' || (ways.length > 0 && !ways.includes('anybody')),
      );
    }
  });

  it('has every error look the same, and every answer have a request id', () => {
    for (const [name, { responses = {} }] of operations)
      for (const [status, response] of Object.entries<oas31.ResponseObject>(responses)) {
        const what = `${name}: ${status}`;
        expect(response.headers?.['X-Request-ID'], what).toEqual({ $ref: '#/components/headers/RequestId' });
        const types = Object.keys(response.content ?? {});
        // Of a probe that fails, the answer is that of the probe.
        if (Number(status) < 400 || types.includes('application/json')) continue;
        expect(response.content, what).toEqual({
          'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } },
        });
        if (status === '429') expect(response.headers, what).toHaveProperty('Retry-After');
        if (status === '401') expect(response.headers, what).toHaveProperty('WWW-Authenticate');
      }
  });

  it('is found wrong where it is', async () => {
    const broken = structuredClone(document);
    const [, operation] = operationsOf(broken)[0] ?? [];
    Object.assign(operation ?? {}, { responses: { 200: { content: [] } }, nullable: true });
    const faults = (await faultsOf(broken)).join('\n');
    expect(faults).toContain('`description` must be present');
    expect(faults).toContain('`nullable` is not expected');
  });
});

describe('the surface', () => {
  it('of the microservice is this', async () => {
    expect(surfaceOf(await documentOf(MODES.microservice))).toMatchInlineSnapshot(`
      "
      GET /: 200 429 500
      GET /hello: 200 429 500
      POST /hello: 200 400 413 415 422 429 500
      GET /status: 200 429 500
      GET /services: 200 429 500
      POST /call/{service}: 200 400 404 413 415 422 429 500 502 503 504
      POST /database/cache/{key}: 201 400 413 415 422 429 500 503 504
      GET /database/cache/{key}: 200 400 404 422 429 500 503 504
      DELETE /database/cache/{key}: 204 400 404 422 429 500 503 504
      GET /database/health: 200 429 500 503
      POST /database/users: 201 400 409 413 415 422 429 500 503 504
      GET /database/users/{id}: 200 400 404 422 429 500 503 504
      GET /database/users/{id}/activity: 200 400 422 429 500 503 504
      POST /database/sessions: 201 400 413 415 422 429 500 503 504
      GET /database/sessions/{session_id}: 200 400 404 422 429 500 503 504
      GET /health: 200 500
      GET /ready: 200 500 503
      GET /metrics: 200 500
      "
    `);
  });

  it('of the portal is this', async () => {
    expect(surfaceOf(await documentOf(MODES.portal))).toMatchInlineSnapshot(`
      "
      POST /api/companies: 201 400 409 413 415 422 429 500 503 504
      GET /api/companies (session): 200 401 422 429 500 503 504
      GET /api/companies/{id} (anybody, or session): 200 400 404 422 429 500 503 504
      PATCH /api/companies/{id} (session and csrfToken): 200 400 401 403 404 413 415 422 429 500 503 504
      GET /admin/login: 200 429 500
      POST /admin/login: 200 400 401 403 413 415 422 429 500 503 504
      POST /admin/logout (session and csrfToken): 204 401 403 429 500 503 504
      GET /api/session (session): 200 401 429 500 503 504
      GET /health: 200 500
      GET /ready: 200 500 503
      GET /metrics: 200 500
      "
    `);
  });
});
