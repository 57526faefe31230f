import { z } from 'zod';
import {
  createDocument,
  type ZodOpenApiOperationObject,
  type ZodOpenApiResponsesObject,
  type ZodOpenApiSecuritySchemeObject,
} from 'zod-openapi';
import { ProblemDocument } from './problem.ts';
import type { Answer, Operation } from './route.ts';

/** What each error means, whoever answers it. */
const MEANINGS: Readonly<Record<number, string>> = {
  400: 'The body is no JSON, or the request cannot be read.',
  401: 'Nobody is logged in.',
  403: 'The request is refused: it does not come from this site, or its token is not that of the session.',
  404: 'There is no such thing.',
  409: 'It exists already.',
  413: 'The body is larger than is taken.',
  415: 'The body is not application/json.',
  422: 'Something of the request is not valid; `errors` names each field.',
  429: 'Too many requests; Retry-After says in how many seconds to ask again.',
  500: 'A fault of the service.',
  502: 'The service that was called does not answer, or not as it should.',
  503: 'What is needed for it is not there or does not work at the moment.',
  504: 'It took longer than a request may take.',
};

const requestId = z.string().meta({
  description: 'That of the request where it had one, by which the logs are searched.',
  header: { id: 'RequestId' },
});

const retryAfter = z.int().min(1).meta({ description: 'In how many seconds to ask again.' });

/** Of a 503 only where the same may work soon. */
const PROBLEM_HEADERS: Readonly<Record<number, NonNullable<Answer['headers']>>> = {
  401: { 'WWW-Authenticate': z.string().meta({ description: 'How to be let in.' }) },
  429: { 'Retry-After': retryAfter },
  503: { 'Retry-After': retryAfter.optional() },
};

/** The errors that an operation of this shape may be answered with. */
export function problemsOf({
  params,
  query,
  body,
  waits,
  limited = true,
  problems = [],
}: Operation): number[] {
  const shared = [
    500,
    ...(params || body ? [400] : []),
    ...(params || query || body ? [422] : []),
    ...(body ? [413, 415] : []),
    ...(limited ? [429] : []),
    ...(waits ? [503, 504] : []),
  ];
  return [...new Set([...shared, ...problems])].toSorted((a, b) => a - b);
}

const headersOf = (headers: Answer['headers'] = {}) => z.object({ 'X-Request-ID': requestId, ...headers });

function responsesOf(operation: Operation): ZodOpenApiResponsesObject {
  const answers = Object.entries(operation.answers).map(([status, answer]) => [
    status,
    {
      description: answer.description,
      headers: headersOf(answer.headers),
      ...(answer.schema
        ? { content: { [answer.type ?? 'application/json']: { schema: answer.schema } } }
        : {}),
    },
  ]);
  const problems = problemsOf(operation)
    .filter((status) => !(status in operation.answers))
    .map((status) => [
      status,
      {
        description: MEANINGS[status] ?? 'An error.',
        headers: headersOf(PROBLEM_HEADERS[status]),
        content: { 'application/problem+json': { schema: ProblemDocument } },
      },
    ]);
  return Object.fromEntries([...answers, ...problems]);
}

function described(operation: Operation): ZodOpenApiOperationObject {
  const { id, tag, summary, description, params, query, body, security = [] } = operation;
  return {
    operationId: id,
    tags: [tag],
    summary,
    ...(description ? { description } : {}),
    security: security.map((schemes) => ({ ...schemes })),
    ...(params || query
      ? { requestParams: { ...(params ? { path: params } : {}), ...(query ? { query } : {}) } }
      : {}),
    ...(body ? { requestBody: { required: true, content: { 'application/json': { schema: body } } } } : {}),
    responses: responsesOf(operation),
  };
}

/** What somebody is let in by, by its name in the document. */
export type SecuritySchemes = Record<string, ZodOpenApiSecuritySchemeObject>;

/** The OpenAPI document of these operations, made of the schemas by which requests are checked. */
export function openApi(
  info: { readonly title: string; readonly version: string; readonly description: string },
  operations: readonly Operation[],
  securitySchemes: SecuritySchemes = {},
): ReturnType<typeof createDocument> {
  const paths: Record<string, Record<string, ZodOpenApiOperationObject>> = {};
  for (const operation of operations)
    paths[operation.path] = { ...paths[operation.path], [operation.method]: described(operation) };
  return createDocument({ openapi: '3.1.0', info, paths, components: { securitySchemes } });
}
