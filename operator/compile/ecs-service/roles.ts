import type { EcsService } from '../../api/ecs-service.ts';
import type { RolePoliciesInputs } from '../../aws/iam/role-policies.ts';
import type { GraphNode } from '../../graph/graph.ts';
import { ref } from '../../graph/ref.ts';
import type { CompileInput, RegionFacts } from '../input.ts';
import { namespaceOf } from '../names.ts';
import type { NodeBuilder } from '../nodes.ts';
import { policyText, trustInService } from '../policies.ts';
import { ROLE_ACTIONS } from '../role-actions.ts';
import type { ServiceNames } from './names.ts';
import { secretsPolicy } from './secrets.ts';
import { STORE_POLICY, storeSecretsPolicy, storeUsePolicy } from './store-policies.ts';

/** The role by which ECS pulls images, reads secrets and writes logs, and the one that the containers have, each with just what it needs. */
export function roleNodes(
  build: NodeBuilder,
  input: CompileInput<EcsService>,
  names: ServiceNames,
): GraphNode[] {
  const { object, account, facts } = input;
  const { metadata, spec } = object;
  const role = (key: string, name: string, policies: Omit<RolePoliciesInputs, 'roleName'>) => [
    build.thing('Role', `role/${key}`, {
      name,
      path: `/landfall/${namespaceOf(metadata)}/`,
      trustPolicy: trustInService(
        'ecs-tasks.amazonaws.com',
        facts.accountId,
        `arn:${facts.partition}:ecs:${spec.region}:${facts.accountId}:*`,
      ),
      permissionsBoundaryArn: account.permissionsBoundaryArn ?? '',
    }),
    build.facet(
      'RolePolicies',
      `role-policies/${key}`,
      { roleName: ref(`role/${key}`), ...policies },
      { lateAwaits: ['service'] },
    ),
  ];
  return [
    ...role('execution', names.executionRole, {
      policies: {
        start: startPolicy(
          facts,
          spec.region,
          spec.task.containers.map(({ image }) => image),
        ),
        ...secretsPolicy(input),
        ...storeSecretsPolicy(input),
      },
      // A rollout that fails goes back to tasks with other images and secrets.
      versioned: ['start', 'secrets', STORE_POLICY],
    }),
    ...role('task', names.taskRole, {
      policies: {
        ...(spec.service.executeCommand === 'Enabled' && { exec: EXEC_POLICY }),
        ...storeUsePolicy(input),
      },
      versioned: [STORE_POLICY],
    }),
  ];
}

/** An image of ECR: account, region, and the repository behind them. */
const ECR_IMAGE = /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?\/([^:@]+)/u;

/** Leave to write to the log group, and to pull from the repositories of those of the images that are in ECR. */
function startPolicy({ partition, accountId }: RegionFacts, region: string, images: readonly string[]) {
  const logs = {
    Effect: 'Allow',
    Action: ROLE_ACTIONS.writeLogs,
    Resource: `arn:${partition}:logs:${region}:${accountId}:log-group:${ref('log-group', 'name')}:*`,
  };
  const repositories = images.flatMap((image) => {
    const [, accountOfImage, regionOfImage, repository] = ECR_IMAGE.exec(image) ?? [];
    return repository === undefined
      ? []
      : [`arn:${partition}:ecr:${regionOfImage}:${accountOfImage}:repository/${repository}`];
  });
  if (repositories.length === 0) return policyText(logs);
  return policyText(
    logs,
    { Effect: 'Allow', Action: ROLE_ACTIONS.pull, Resource: [...new Set(repositories)].sort() },
    { Effect: 'Allow', Action: ROLE_ACTIONS.authorizePull[0], Resource: '*' },
  );
}

/** For ECS Exec. */
const EXEC_POLICY = policyText({ Effect: 'Allow', Action: ROLE_ACTIONS.openShells, Resource: '*' });
