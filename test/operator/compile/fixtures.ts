import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import type { AwsAccount } from '../../../operator/api/account.ts';
import { formatIssue, parseManifest } from '../../../operator/api/parse.ts';
import type { SecureVpc } from '../../../operator/api/secure-vpc.ts';
import type { CompileInput, RegionFacts } from '../../../operator/compile/input.ts';
import { NO_REFERENCES } from '../../../operator/compile/references.ts';
import { compileSecureVpc } from '../../../operator/compile/secure-vpc.ts';
import type { Graph, GraphNode } from '../../../operator/graph/graph.ts';

export const FACTS: RegionFacts = {
  accountId: '123456789012',
  partition: 'aws',
  zones: ['a', 'b', 'c', 'd', 'e', 'f'].map((letter) => `us-east-1${letter}`),
  zoneIds: Object.fromEntries(
    ['a', 'b', 'c', 'd', 'e', 'f'].map((letter, index) => [`us-east-1${letter}`, `use1-az${index + 1}`]),
  ),
  prefixLists: { s3: 'pl-63a5400a', dynamodb: 'pl-02cd2c6b' },
  dhcpOptions: ['dopt-aws'],
  endpointServices: undefined,
};

const MANIFESTS = new URL('../../../manifests/examples/', import.meta.url);

/** A manifest of the examples, as an object. */
export function example(path: string): Record<string, unknown> {
  return parse(readFileSync(new URL(path, MANIFESTS), 'utf8')) as Record<string, unknown>;
}

/** An object as the API server would store it: checked, and with its defaults. */
export function secureVpc(spec: object, more: { metadata?: object; status?: object } = {}): SecureVpc {
  const parsed = parseManifest('SecureVpc', {
    apiVersion: 'landfall.dev/v1alpha1',
    kind: 'SecureVpc',
    metadata: { name: 'net', namespace: 'team', ...more.metadata },
    spec: {
      accountRef: { name: 'main' },
      region: 'us-east-1',
      cidr: '10.0.0.0/16',
      zones: { count: 2 },
      ...spec,
    },
    ...(more.status && { status: more.status }),
  });
  if (!parsed.ok) throw new Error(parsed.issues.map(formatIssue).join('\n'));
  return parsed.value;
}

export function account(more: object = {}): AwsAccount {
  const parsed = parseManifest('Account', {
    apiVersion: 'landfall.dev/v1alpha1',
    kind: 'Account',
    metadata: { name: 'main' },
    spec: { aws: { accountId: FACTS.accountId, regions: ['us-east-1'], namespaces: ['team'], ...more } },
  });
  if (!parsed.ok) throw new Error(parsed.issues.map(formatIssue).join('\n'));
  const { aws } = parsed.value.spec;
  if (!aws) throw new Error('an Account of AWS is none');
  return aws;
}

export function inputFor(
  object: SecureVpc,
  more: Partial<CompileInput<SecureVpc>> = {},
): CompileInput<SecureVpc> {
  return {
    object,
    installation: 'test',
    account: account(),
    facts: FACTS,
    references: NO_REFERENCES,
    ...more,
  };
}

/** Compiles a spec; what it leaves out of the common fields is filled in. */
export function compile(spec: object, more: { metadata?: object; status?: object } = {}): Graph {
  return compileSecureVpc(inputFor(secureVpc(spec, more)));
}

/** A node that must be there. */
export function nodeOf(graph: Graph, key: string): GraphNode {
  const node = graph.nodes.get(key);
  if (!node) throw new Error(`no node ${key} among ${[...graph.nodes.keys()].join(', ')}`);
  return node;
}

/** The inputs of a node, typed by the test that knows its kind. */
export function inputsOf<I extends object>(graph: Graph, key: string): I {
  return nodeOf(graph, key).inputs as I;
}

/** The error that a compilation must end in. */
export function refusal(act: () => unknown): { reason: string; message: string } {
  try {
    act();
  } catch (error) {
    const { name, reason, message } = error as { name: string; reason: string; message: string };
    if (name !== 'Terminal') throw error;
    return { reason, message };
  }
  throw new Error('nothing was refused');
}
