import { describe, expect, it } from 'vitest';
import { describedSchema } from '../../../../operator/api/crd.ts';
import { KINDS } from '../../../../operator/api/kinds.ts';
import { ECS_SERVICE_FIELDS } from '../../../../operator/compile/local/fields/ecs-service.ts';
import type { FieldMeanings } from '../../../../operator/compile/local/fields/meaning.ts';
import { PRIVATE_LINK_FIELDS } from '../../../../operator/compile/local/fields/private-link-endpoint.ts';
import { SECURE_VPC_FIELDS } from '../../../../operator/compile/local/fields/secure-vpc.ts';
import { compileAll } from './compiled.ts';
import { schemaAt, valuesFor, withField } from './field-changes.ts';
import { fullSet } from './full-set.ts';
import { localAccount, type LocalObject } from './examples.ts';
import { manifestText } from './manifest-text.ts';

/** What the operator heeds, and no compiler. */
const OPERATORS = new Set(['spec.management', 'spec.approval', 'spec.deletionPolicy']);

/** Everything that a set of objects is in a cluster, or why it is nothing. */
function saidOf(objects: readonly LocalObject[]): string {
  const account = localAccount({
    secretMappings: [{ arn: 'arn:aws:secretsmanager:*:*:secret:*', secretName: 'any' }],
  });
  return objects
    .map((object) => {
      try {
        return manifestText(compileAll([object], { account, accountOf: () => account }, objects));
      } catch (error) {
        const { name, message } = error as Error;
        return `${name}: ${message}`;
      }
    })
    .join('---\n');
}

interface Subject {
  readonly kind: 'EcsService' | 'PrivateLinkEndpoint' | 'SecureVpc';
  readonly owner: string;
  readonly table: FieldMeanings;
  /** Fields of the other side. */
  readonly elsewhere?: RegExp;
  /** What shows only beside other values than those of the set: the tests that their rows name have them. */
  readonly beside: readonly string[];
}

const SUBJECTS: readonly Subject[] = [
  {
    kind: 'EcsService',
    owner: 'EcsService/shop/shop',
    table: ECS_SERVICE_FIELDS,
    beside: [
      'spec.environment',
      'spec.task.containers[].dependsOn[].container',
      'spec.service.desiredCount',
      'spec.allowReferencesFrom',
      'spec.capacity.type',
      'spec.capacity.spotPercent',
      'spec.dataStores[].containers',
      'spec.loadBalancer.target.container',
      'spec.loadBalancer.target.port',
      'spec.loadBalancer.type',
      'spec.loadBalancer.healthCheck.successCodes',
      'spec.loadBalancer.ingress[].cidr',
      'spec.loadBalancer.scheme',
      'spec.loadBalancer.listeners[].protocol',
    ],
  },
  {
    kind: 'SecureVpc',
    owner: 'SecureVpc/shop/net',
    table: SECURE_VPC_FIELDS,
    beside: [
      'spec.allowReferencesFrom',
      'spec.securityGroups.alb.ingress.cidrs',
      'spec.securityGroups.alb.ingress.ports[].port',
      'spec.securityGroups.ecs.rules[].group',
      'spec.securityGroups.alb.rules[].fromPort',
      'spec.securityGroups.alb.rules[].cidr',
      'spec.securityGroups.alb.rules[].group',
    ],
  },
  {
    kind: 'PrivateLinkEndpoint',
    owner: 'PrivateLinkEndpoint/api/api',
    table: PRIVATE_LINK_FIELDS,
    elsewhere: /^spec\.consume/u,
    beside: ['spec.allowReferencesFrom'],
  },
  {
    kind: 'PrivateLinkEndpoint',
    owner: 'PrivateLinkEndpoint/shop/api',
    table: PRIVATE_LINK_FIELDS,
    elsewhere: /^spec\.(provide|allowReferencesFrom)/u,
    beside: ['spec.consume.serviceName'],
  },
];

it('the set is compiled as it stands, so that what changes it shows', () => {
  expect(saidOf(fullSet())).not.toMatch(/^(Terminal|Waiting|Error)/mu);
});

describe.each(SUBJECTS)('$owner', ({ kind, owner, table, elsewhere, beside }) => {
  const objects = fullSet();
  const { spec } = describedSchema(KINDS[kind]).properties ?? {};
  const isSubject = ({ kind: of, metadata }: LocalObject) =>
    `${of}/${metadata.namespace}/${metadata.name}` === owner;
  if (!spec || !objects.some(isSubject)) throw new Error(`no ${owner}`);
  /** What the set is with each of several values of a field. */
  const told = (path: string) =>
    new Set(
      valuesFor(schemaAt(spec, path)).map((value) =>
        saidOf(
          objects.map((object) =>
            isSubject(object)
              ? ({ ...object, spec: withField(object.spec, path, value) } as LocalObject)
              : object,
          ),
        ),
      ),
    ).size;
  const paths = Object.keys(table).filter((path) => elsewhere?.test(path) !== true && !OPERATORS.has(path));
  const ofMeaning = (means: 'local' | 'none') => paths.filter((path) => means in (table[path] ?? {}));

  it('no field that is said to mean nothing in a cluster changes anything there, whatever its value', () => {
    expect(ofMeaning('none').filter((path) => told(path) > 1)).toEqual([]);
  });

  it('every other field does', () => {
    expect(ofMeaning('local').filter((path) => told(path) < 2)).toEqual(beside);
  });
});
