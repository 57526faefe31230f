import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { format, resolveConfig } from 'prettier';
import { stringify } from 'yaml';
import { bringUpToDate } from '../api/generate.ts';
import { localRules, type PolicyRule } from './rules.ts';

const PATH = 'manifests/install-local/role.yaml';
const root = join(import.meta.dirname, '../..');
const NAME = 'landfall-local';
const HEAD = `# What the operator needs besides, where Accounts lead to the cluster itself. Generated from operator/local by \`make generate\`.
# Kubernetes bounds no rule by labels: the operator touches nothing that does not carry its installation's.
`;
/** Which blocks pods have their addresses from. */
const NODES: PolicyRule = { apiGroups: [''], resources: ['nodes'], verbs: ['list'] };

/** The role of an operator that makes things in its own cluster, as the file of the installation. */
export async function localRole(): Promise<string> {
  const role = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: NAME },
    rules: [...localRules(), NODES],
  };
  const binding = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: NAME },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: NAME },
    subjects: [{ kind: 'ServiceAccount', name: 'landfall', namespace: 'landfall-system' }],
  };
  const style = await resolveConfig(join(root, PATH));
  return format(`${HEAD}${stringify(role)}---\n${stringify(binding)}`, { ...style, parser: 'yaml' });
}

if (import.meta.main) {
  const { check } = parseArgs({ options: { check: { type: 'boolean', default: false } } }).values;
  process.exitCode = await bringUpToDate(new Map([[PATH, await localRole()]]), {
    check,
    source: 'operator/local',
  });
}
