import type { EcsService } from '../../api/ecs-service.ts';
import { requireGrant } from '../grants.ts';
import type { CompileInput } from '../input.ts';
import { policyText } from '../policies.ts';
import { DECRYPTING_READERS, ROLE_ACTIONS } from '../role-actions.ts';

/**
 * Leave to read just the secrets and parameters that the containers name, and to decrypt with the keys that the same
 * grants name; nothing where they name none. Throws Terminal (`NotGranted`) where one is not granted.
 */
export function secretsPolicy(input: CompileInput<EcsService>): Record<string, string> {
  const named = input.object.spec.task.containers.flatMap((container) =>
    container.secrets.map(({ name, valueFrom: arn }) => ({
      arn,
      grants: requireGrant(input, `spec.task.containers[${container.name}].secrets[${name}].valueFrom`, arn),
    })),
  );
  if (named.length === 0) return {};
  const arns = [...new Set(named.map(({ arn }) => arn))].sort();
  const secrets = arns.filter((arn) => serviceOf(arn) === 'secretsmanager');
  const parameters = arns.filter((arn) => serviceOf(arn) === 'ssm');
  const granted = named.flatMap(({ grants }) => grants.flatMap((grant) => grant.arns));
  const keys = [...new Set(granted)].filter((arn) => serviceOf(arn) === 'kms').sort();
  // https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html , "Secrets Manager or Systems
  // Manager permissions"
  return {
    secrets: policyText(
      ...(secrets.length > 0 ? [allow(ROLE_ACTIONS.readSecrets, secrets)] : []),
      ...(parameters.length > 0 ? [allow(ROLE_ACTIONS.readParameters, parameters)] : []),
      // Only as a part of reading them.
      ...(keys.length > 0
        ? [
            {
              ...allow(ROLE_ACTIONS.decrypt, keys),
              Condition: { StringLike: { 'kms:ViaService': DECRYPTING_READERS } },
            },
          ]
        : []),
    ),
  };
}

function allow([Action]: readonly [string], Resource: readonly string[]) {
  return { Effect: 'Allow', Action, Resource };
}

function serviceOf(arn: string): string {
  return arn.split(':')[2] ?? '';
}
