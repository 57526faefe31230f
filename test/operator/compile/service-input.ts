import type { Grant } from '../../../operator/api/account.ts';
import type { EcsService } from '../../../operator/api/ecs-service.ts';
import { parseManifest } from '../../../operator/api/parse.ts';
import type { CompileInput } from '../../../operator/compile/input.ts';
import { ownerOf } from '../../../operator/compile/names.ts';
import { ownerOfKey } from '../../../operator/compile/references.ts';
import { smallService } from '../../support/manifests.ts';
import { account, FACTS, secureVpc } from './fixtures.ts';

const NETWORK = {
  accountRef: { name: 'main' },
  region: 'us-east-1',
  cidr: '10.0.0.0/16',
  zones: { count: 2 },
  tiers: [{ name: 'private' }],
  securityGroups: { ecs: {} },
};

/** A network that services can be in. */
export const networkWith = (spec: object = {}, metadata: object = {}, status?: object) =>
  secureVpc(
    { ...NETWORK, ...spec },
    { metadata: { name: 'net', namespace: 'web', ...metadata }, ...(status && { status }) },
  );

/** What a small service of namespace `web` is compiled from, in that network or another one. */
export function inputWith(
  spec: object = {},
  more: {
    metadata?: object;
    network?: ReturnType<typeof networkWith> | undefined;
    others?: readonly EcsService[];
    grants?: readonly object[];
  } = {},
): CompileInput<EcsService> {
  const { metadata, network = networkWith(), others = [], grants = [] } = more;
  return {
    object: serviceWith(spec, metadata),
    installation: 'test',
    account: { ...account(), grants: grants as Grant[] },
    facts: FACTS,
    references: {
      find: (kind, namespace, name) =>
        [network, ...others].find((one) => ownerOf(one) === ownerOfKey({ kind, namespace, name })) as never,
      advice: 'make it',
    },
  };
}

/** A small service of namespace `web`, with every default. */
export function serviceWith(spec: object = {}, metadata: object = {}): EcsService {
  const manifest = smallService('shop', 'web', 'net', spec);
  const parsed = parseManifest('EcsService', {
    ...manifest,
    metadata: { ...manifest.metadata, ...metadata },
  });
  if (!parsed.ok) throw new Error(parsed.issues.map(({ message }) => message).join('; '));
  return parsed.value;
}
