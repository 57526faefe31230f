import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { endpointType } from '../../../operator/api/endpoints.ts';
import type { Kind } from '../../../operator/api/kinds.ts';
import { formatIssue, parseManifest } from '../../../operator/api/parse.ts';

const root = join(import.meta.dirname, '..', '..', '..');

const smallest = {
  apiVersion: 'landfall.dev/v1alpha1',
  kind: 'SecureVpc',
  metadata: { name: 'net', namespace: 'team-a' },
  spec: {
    accountRef: { name: 'main' },
    region: 'us-east-1',
    cidr: '10.0.0.0/16',
    zones: { count: 2 },
    tiers: [{ name: 'private' }],
  },
};

describe('parseManifest', () => {
  it('fills in every default of a SecureVpc', () => {
    expect(parseManifest('SecureVpc', smallest)).toEqual({
      ok: true,
      value: {
        ...smallest,
        spec: {
          ...smallest.spec,
          management: 'Manage',
          approval: 'Auto',
          tags: {},
          dns: { support: 'Enabled', hostnames: 'Enabled' },
          tiers: [{ name: 'private', subnets: [], networkAcl: 'Strict', networkAclRules: [] }],
          secondaryCidrs: [],
          nat: { mode: 'None', elasticIps: [] },
          securityGroups: {},
          endpoints: [],
          allowReferencesFrom: [],
          flowLogs: {
            destination: 'CloudWatchLogs',
            retentionDays: 14,
            trafficType: 'ALL',
            maxAggregationIntervalSeconds: 600,
          },
        },
        status: { observedGeneration: -1 },
      },
    });
  });

  it('fills in what a security group opens when it is only named', () => {
    const result = parseManifest('SecureVpc', {
      ...smallest,
      spec: {
        ...smallest.spec,
        securityGroups: { alb: {}, ecs: {}, data: {}, bastion: { adminCidrs: ['192.0.2.0/24'] } },
      },
    });
    expect(result.ok && result.value.spec.securityGroups).toEqual({
      alb: {
        ingress: {
          cidrs: ['0.0.0.0/0'],
          ports: [
            { name: 'http', port: 80 },
            { name: 'https', port: 443 },
          ],
        },
      },
      ecs: { ports: [{ name: 'host-ports', fromPort: 32_768, toPort: 65_535 }] },
      data: { ports: [] },
      bastion: { adminCidrs: ['192.0.2.0/24'], port: 22 },
    });
  });

  it('gives each result defaults of its own', () => {
    const [one, other] = [parseManifest('SecureVpc', smallest), parseManifest('SecureVpc', smallest)];
    if (!one.ok || !other.ok) throw new Error('not parsed');
    one.value.spec.endpoints.push({ service: 's3', privateDns: 'Enabled', tier: 'private' });
    one.value.spec.tags['changed'] = 'yes';
    one.value.spec.flowLogs.retentionDays = 7;
    expect(other.value.spec).toMatchObject({ endpoints: [], tags: {}, flowLogs: { retentionDays: 14 } });
    expect(parseManifest('SecureVpc', smallest)).toEqual(other);
  });

  it('names path, value and message of every issue at once', () => {
    const result = parseManifest('SecureVpc', {
      ...smallest,
      spec: { ...smallest.spec, cidr: '10.0.0.0/8', tiers: [{ name: 'dmz' }], nets: 1 },
    });
    expect(result).toMatchObject({ ok: false });
    expect(result.ok ? [] : result.issues).toEqual(
      expect.arrayContaining([
        {
          path: 'spec.cidr',
          value: '10.0.0.0/8',
          message: '10.0.0.0/8 has the wrong size: the prefix must be from /16 to /28',
        },
        {
          path: 'spec.tiers[0].name',
          value: 'dmz',
          message: 'Unsupported value: "dmz": supported values: "public", "private", "data"',
        },
        { path: 'spec.nets', value: 1, message: 'unknown field "spec.nets": remove it, or correct its name' },
      ]),
    );
  });

  it.each([undefined, null, 'text', [], {}])('refuses %j without throwing', (object) => {
    expect(parseManifest('Account', object).ok).toBe(false);
  });

  it.each([
    [
      { path: 'spec.zones.count', value: 7, message: 'should be at most 6' },
      'spec.zones.count: 7: should be at most 6',
    ],
    [{ path: 'spec.cidr', value: '10', message: '10 is not a block' }, 'spec.cidr: 10 is not a block'],
    [{ path: 'spec', value: undefined, message: 'Required value' }, 'spec: Required value'],
    [{ path: '', value: [], message: 'must be of type object' }, 'manifest: must be of type object'],
  ])('writes an issue as one line: %j', (issue, line) => {
    expect(formatIssue(issue)).toBe(line);
  });
});

describe('examples', () => {
  const files = globSync('manifests/examples/**/*.yaml', { cwd: root }).sort();
  const documents = files.flatMap((file) =>
    parseAllDocuments(readFileSync(join(root, file), 'utf8')).map((document) => ({
      file,
      object: document.toJS() as { apiVersion: string; kind: string },
    })),
  );
  const ours = documents.filter(({ object }) => object.apiVersion.startsWith('landfall.dev/'));

  it('are found', () => expect(ours.length).toBeGreaterThanOrEqual(7));

  it.each(ours)('$file is valid', ({ object }) => {
    expect(parseManifest(object.kind as Kind, object)).toMatchObject({ ok: true });
  });
});

describe('endpointType', () => {
  it.each([
    ['s3', undefined, 'Gateway'],
    ['dynamodb', undefined, 'Gateway'],
    ['s3', 'Interface', 'Interface'],
    ['kms', undefined, 'Interface'],
  ] as const)('%s with type %s is %s', (service, type, resolved) => {
    expect(endpointType({ service, type })).toBe(resolved);
  });
});
