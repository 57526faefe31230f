import { describe, expect, it } from 'vitest';
import { fit, ownerOf } from '../../../operator/compile/names.ts';
import type { RoleInputs } from '../../../operator/aws/iam/role.ts';
import type { SecurityGroupInputs } from '../../../operator/aws/ec2/security-group.ts';
import type { TaskDefinitionInputs } from '../../../operator/aws/ecs/task-definition-inputs.ts';
import { compileEcsService } from '../../../operator/compile/ecs-service/ecs-service.ts';
import { compileSecureVpc } from '../../../operator/compile/secure-vpc.ts';
import { FACTS, inputFor, inputsOf, secureVpc } from './fixtures.ts';
import { inputWith } from './service-input.ts';

const PORTS = {
  task: { cpu: 256, memoryMiB: 256, containers: [{ name: 'app', image: 'app:1', ports: [{ port: 5000 }] }] },
};
const SPEC = { tiers: [{ name: 'private' }], securityGroups: { ecs: {} } };

describe('fit', () => {
  it('leaves a name that is short enough alone', () => {
    expect(fit('landfall', 8)).toBe('landfall');
  });
  it('ends a longer one in a hash of the whole', () => {
    const [one, other] = [fit(`${'a'.repeat(70)}1`, 64), fit(`${'a'.repeat(70)}2`, 64)];
    expect(one).toMatch(/^a{55}-[0-9a-f]{8}$/);
    expect(other).not.toBe(one);
  });
});

describe('names', () => {
  const roleName = (installation: string, region: string, metadata: object) => {
    const object = secureVpc({ ...SPEC, region }, { metadata });
    const facts = { ...FACTS, accountId: '1', zones: [`${region}a`, `${region}b`] };
    return inputsOf<RoleInputs>(compileSecureVpc(inputFor(object, { installation, facts })), 'role/flow-logs')
      .name;
  };

  it('of roles differ between installations, regions and objects, since IAM has one list for all', () => {
    const names = [
      roleName('one', 'us-east-1', {}),
      roleName('two', 'us-east-1', {}),
      roleName('one', 'eu-west-1', {}),
      roleName('one', 'us-east-1', { namespace: 'a-b', name: 'c' }),
      roleName('one', 'us-east-1', { namespace: 'a', name: 'b-c' }),
      roleName('one', 'us-east-1', { namespace: 'n'.repeat(63), name: 'o'.repeat(63) }),
    ];
    expect(new Set(names).size).toBe(names.length);
    expect(Math.max(...names.map((name) => name.length))).toBeLessThanOrEqual(64);
    expect(roleName('one', 'us-east-1', {})).toBe(names[0]);
  });

  it('of groups never begin like an id, which AWS refuses', () => {
    const graph = compileSecureVpc(inputFor(secureVpc(SPEC, { metadata: { namespace: 'sg-team' } })));
    expect(inputsOf<SecurityGroupInputs>(graph, 'security-group/ecs').name).toBe('landfall-sg-team-net-ecs');
  });

  it('take the namespace default where a manifest has none', () => {
    expect(ownerOf({ kind: 'SecureVpc', metadata: { name: 'net' } })).toBe('SecureVpc/default/net');
  });
});

describe('names of a service', () => {
  it('hold no dots for those that take none, whatever the object is called', () => {
    const spec = {
      capacity: { type: 'EC2' },
      loadBalancer: { type: 'Network', listeners: [{ port: 80, protocol: 'TCP' }] },
    };
    const graph = compileEcsService(inputWith({ ...PORTS, ...spec }, { metadata: { name: 'shop.v2' } }));
    const named = (key: string) => inputsOf<{ name: string }>(graph, key).name;
    expect(inputsOf<TaskDefinitionInputs>(graph, 'task-definition').family).toBe(
      'shop-v2-dev-task-definition',
    );
    const keys = ['cluster', 'service', 'capacity-provider', 'load-balancer', 'target-group'];
    expect(keys.map(named)).toEqual([
      'shop-v2-dev-cluster',
      'shop-v2-dev-service',
      'landfall-web-shop-v2',
      'shop-v2-dev-load-balancer',
      'shop-v2-dev-target-group',
    ]);
  });
});
