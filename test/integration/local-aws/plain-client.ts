import { accessKeyOf } from '../../../k8s-local/aws/identity-files.ts';
import { aws } from './harness.ts';

/** Parameters as the query protocol names them: `{ SubnetIds: { member: ['a'] } }` for a list of strings. */
export type Params = { [name: string]: string | number | boolean | Params | (string | number | Params)[] };

// How each service is spoken to: the version of a query API, or the prefix of a JSON API's targets.
const QUERY: Record<string, string> = {
  autoscaling: '2011-01-01',
  elasticache: '2015-02-02',
  elasticloadbalancing: '2015-12-01',
  monitoring: '2010-08-01',
  rds: '2014-10-31',
  sns: '2010-03-31',
};
const JSON_TARGET: Record<string, string> = {
  dynamodb: 'DynamoDB_20120810',
  ecs: 'AmazonEC2ContainerServiceV20141113',
  kms: 'TrentService',
  secretsmanager: 'secretsmanager',
  sqs: 'AmazonSQS',
  ssm: 'AmazonSSM',
};

function flattened(params: Params[string], name: string, into: [string, string][]): void {
  if (typeof params !== 'object') {
    into.push([name, String(params)]);
    return;
  }
  const parts = Array.isArray(params)
    ? params.map((value, index): [string, Params[string]] => [String(index + 1), value])
    : Object.entries(params);
  for (const [key, value] of parts) flattened(value, name ? `${name}.${key}` : key, into);
}

function query(version: string, action: string, params: Params): URLSearchParams {
  const fields: [string, string][] = [];
  flattened(params, '', fields);
  return new URLSearchParams([['Action', action], ['Version', version], ...fields]);
}

/**
 * The answers of query services as plain values: texts, and lists where an element holds only members or is called
 * by the plural of what it holds.
 */
function fromXml(xml: string): unknown {
  const tokens = xml.matchAll(/<(\/?)([\w:.-]+)[^>]*?(\/?)>|([^<]+)/g);
  const root: [string, unknown][] = [];
  const open: { name: string; children: [string, unknown][]; text: string }[] = [];
  const close = (name: string, value: unknown): void => {
    (open.at(-1)?.children ?? root).push([name, value]);
  };
  for (const [, end, name, empty, text] of tokens) {
    const last = open.at(-1);
    if (name === undefined) {
      if (last) last.text += text ?? '';
    } else if (end) {
      open.pop();
      close(name, last && last.children.length > 0 ? valueOf(last.children, name) : last?.text.trim());
    } else if (empty) {
      close(name, '');
    } else {
      open.push({ name, children: [], text: '' });
    }
  }
  return Object.fromEntries(root.filter(([name]) => name !== 'xml'));
}

function valueOf(children: [string, unknown][], name: string): unknown {
  const listed = children.every(([child]) => child === 'member' || `${child}s` === name);
  return listed ? children.map(([, value]) => value) : Object.fromEntries(children);
}

/** AWS's refusal, named by its code as the SDKs do. */
function refusal(body: Record<string, unknown>): Error {
  const found = (body['Error'] ?? body) as Record<string, string | undefined>;
  const code = found['Code'] ?? found['__type'] ?? 'Unknown';
  const error = new Error(found['Message'] ?? found['message'] ?? '');
  error.name = code.split('#').at(-1) ?? code;
  return error;
}

/** Who calls: the administrator of an account, or whoever has the credentials. */
export type Caller = string | { accessKeyId: string; sessionToken?: string | undefined };

async function ask(service: string, path: string, init: RequestInit, caller: Caller): Promise<unknown> {
  const key: Exclude<Caller, string> = typeof caller === 'string' ? accessKeyOf(caller) : caller;
  const scope = `${key.accessKeyId}/20260101/us-east-1/${service}/aws4_request`;
  const headers = {
    ...(init.headers as Record<string, string>),
    ...(key.sessionToken !== undefined && { 'x-amz-security-token': key.sessionToken }),
    authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=0`,
  };
  const answer = await fetch(`${aws().url}${path}`, { ...init, headers });
  const text = await answer.text();
  const parsed = text.startsWith('<') ? fromXml(text) : JSON.parse(text || '{}');
  const body = parsed as Record<string, Record<string, unknown>>;
  if (!answer.ok) throw refusal(body['ErrorResponse'] ?? body);
  return body;
}

/**
 * Calls an action of a service whose SDK is none of our dependencies, as the home account's administrator unless another caller is given, without
 * retries. Signatures are not checked by the local AWS, so none is made.
 */
export async function call<T = Record<string, unknown>>(
  service: string,
  action: string,
  params: Params = {},
  caller: Caller = '123456789012',
): Promise<T> {
  const version = QUERY[service];
  if (version !== undefined) {
    const body = query(version, action, params);
    const answer = (await ask(service, '/', { method: 'POST', body }, caller)) as Record<string, unknown>;
    const response = answer[`${action}Response`] as Record<string, unknown> | undefined;
    return (response?.[`${action}Result`] ?? response ?? answer) as T;
  }
  const headers = {
    'content-type': 'application/x-amz-json-1.1',
    'x-amz-target': `${JSON_TARGET[service]}.${action}`,
  };
  return (await ask(service, '/', { method: 'POST', headers, body: JSON.stringify(params) }, caller)) as T;
}

/** The same for a service that is spoken to by method and path. */
export async function rest<T = Record<string, unknown>>(
  service: string,
  method: string,
  path: string,
  params?: Params,
): Promise<T> {
  const headers = { 'content-type': 'application/json' };
  const init = { method, headers, ...(params && { body: JSON.stringify(params) }) };
  return (await ask(service, path, init, '123456789012')) as T;
}
