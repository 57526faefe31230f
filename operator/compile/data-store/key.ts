import type { DataStore } from '../../api/data-store.ts';
import { Terminal } from '../../errors.ts';
import type { GraphNode } from '../../graph/graph.ts';
import { ref } from '../../graph/ref.ts';
import { requireGrant } from '../grants.ts';
import type { CompileInput } from '../input.ts';
import { ownerOf } from '../names.ts';
import type { NodeBuilder, NodeType } from '../nodes.ts';

/** The types of the nodes that a store with a key of its own has. */
export const KEY_NODES: readonly NodeType[] = ['KmsKey', 'KeySettings'];

/** The key of a store. */
export interface StoreKey {
  /** Its ARN, or a text that stands for it; undefined for the key that AWS has. */
  readonly arn: string | undefined;
  readonly nodes: readonly GraphNode[];
}

/** What uses the keys of stores for whoever may use the store. */
const SERVICES = ['backup', 'dynamodb', 'elasticache', 'rds', 'secretsmanager'];

/**
 * The key that encrypts a store called `store` in AWS. Throws Terminal (`InvalidSpec`, `NotGranted`) where one is given that is
 * of another region or that no grant covers.
 */
export function keyOfStore(build: NodeBuilder, input: CompileInput<DataStore>, store: string): StoreKey {
  const { encryption, region } = input.object.spec;
  if (!encryption || encryption.key === 'Aws') return { arn: undefined, nodes: [] };
  if (encryption.key === 'Given') return { arn: givenOf(input, encryption.keyArn ?? ''), nodes: [] };
  const policy = policyOf(input.facts, region);
  return {
    arn: ref('key'),
    nodes: [
      // When it goes, the name tells which copies might need it.
      build.thing('KmsKey', 'key', { description: `Store ${ownerOf(input.object)} (${store})`, policy }),
      build.facet('KeySettings', 'key-settings', { keyArn: ref('key'), policy }),
    ],
  };
}

function givenOf(input: CompileInput<DataStore>, arn: string): string {
  const [, , , region = ''] = arn.split(':');
  const wanted = input.object.spec.region;
  if (region !== wanted)
    throw new Terminal(
      'InvalidSpec',
      `spec.encryption.keyArn: key ${arn} is of region ${region}, and the store of region ${wanted}: name a key of that region`,
    );
  requireGrant(input, 'spec.encryption.keyArn', arn);
  return arn;
}

/** IAM decides who may do what with the key; who may use the store may have the services use it, as with AWS's own keys. */
function policyOf({ accountId, partition }: CompileInput<DataStore>['facts'], region: string): string {
  const domain = partition === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com';
  const byServices = {
    'kms:CallerAccount': accountId,
    'kms:ViaService': SERVICES.map((service) => `${service}.${region}.${domain}`),
  };
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'Account',
        Effect: 'Allow',
        Principal: { AWS: `arn:${partition}:iam::${accountId}:root` },
        Action: 'kms:*',
        Resource: '*',
      },
      {
        Sid: 'Stores',
        Effect: 'Allow',
        Principal: { AWS: '*' },
        Action: [
          'kms:CreateGrant',
          'kms:Decrypt',
          'kms:DescribeKey',
          'kms:Encrypt',
          'kms:GenerateDataKey*',
          'kms:ReEncrypt*',
        ],
        Resource: '*',
        Condition: { StringEquals: byServices },
      },
    ],
  });
}
