import type { Container, ContainerSecret } from '../../../api/containers.ts';
import type { EcsService } from '../../../api/ecs-service.ts';
import { matchesArn } from '../../../api/arn-pattern.ts';
import { Terminal } from '../../../errors.ts';
import { endpointVariables } from '../../ecs-service/environment.ts';
import { byName, namespaceOf } from '../../names.ts';
import { endpointAddress } from '../endpoint-address.ts';
import type { LocalCompileInput } from '../input.ts';
import { storeVariablesFor, type LocalStore } from './stores.ts';
import { literal, type Variable } from './variable.ts';

/** All variables of a container, by name. Throws Terminal where one cannot be had here. */
export function variablesOf(
  input: LocalCompileInput<EcsService>,
  container: Container,
  stores: readonly LocalStore[],
): Variable[] {
  const values = [
    ...container.environment,
    ...endpointVariables(input, container, (endpoint) => endpointAddress(input, endpoint)),
  ];
  return byName([
    ...values.map(({ name, value }) => ({ name, value: literal(value) })),
    ...container.secrets.map((secret) => secretVariable(input, container, secret)),
    ...storeVariablesFor(stores, container),
  ]);
}

function secretVariable(
  { object, account }: LocalCompileInput<EcsService>,
  container: Container,
  { name, valueFrom, key = name }: ContainerSecret,
): Variable {
  const [mapping] = account.secretMappings
    .filter(({ arn }) => matchesArn(arn, valueFrom))
    .sort((a, b) => b.arn.length - a.arn.length);
  if (!mapping)
    throw new Terminal(
      'InvalidSpec',
      `spec.task.containers[${container.name}].secrets[${name}].valueFrom is ${valueFrom}, for which no Secret stands here: add {arn: ${valueFrom}, secretName: <name of a Secret of namespace ${namespaceOf(object.metadata)}>} to spec.local.secretMappings of Account ${object.spec.accountRef.name}`,
    );
  return { name, valueFrom: { secretKeyRef: { name: mapping.secretName, key: mapping.key ?? key } } };
}
