import { describe, expect, it } from 'vitest';
import type { EcsServiceInputs } from '../../../operator/aws/ecs/service-settings.ts';
import type { TaskDefinitionInputs } from '../../../operator/aws/ecs/task-definition-inputs.ts';
import type { RolePoliciesInputs } from '../../../operator/aws/iam/role-policies.ts';
import type { RoleInputs } from '../../../operator/aws/iam/role.ts';
import { CAPACITY_NODES } from '../../../operator/compile/ecs-service/capacity.ts';
import { compileEcsService, ECS_SERVICE_NODES } from '../../../operator/compile/ecs-service/ecs-service.ts';
import { LOAD_BALANCING_NODES } from '../../../operator/compile/ecs-service/load-balancing.ts';
import type { NodeType } from '../../../operator/compile/nodes.ts';
import type { Graph } from '../../../operator/graph/graph.ts';
import { printable } from '../../../operator/graph/ref.ts';
import { Waiting } from '../../../operator/errors.ts';
import { seedSizes } from '../../support/seeds.ts';
import { inputsOf, refusal } from './fixtures.ts';
import { inputWith, networkWith } from './service-input.ts';

const compile = (...given: Parameters<typeof inputWith>): Graph => compileEcsService(inputWith(...given));

describe('the graph of a service', () => {
  it('has the kinds that are read for it, and each of them', () => {
    const everything = compile({
      service: { autoscaling: { minCount: 1, maxCount: 2, cpuPercent: 60 } },
      alarms: [{ name: 'cpu', metric: 'CpuPercent' }],
    });
    const types = [...everything.nodes.values()].map(({ type }) => type as NodeType);
    const others = new Set([...LOAD_BALANCING_NODES, ...CAPACITY_NODES]);
    const wanted = [...ECS_SERVICE_NODES].filter((type) => !others.has(type));
    expect([...new Set(types)].sort()).toEqual(wanted.sort());
  });

  it('refers to the private subnets and the group of its network, whatever their ids', () => {
    const { network, launchType } = inputsOf<EcsServiceInputs>(compile(), 'service');
    expect(printable(network)).toEqual({
      subnetIds: ['${SecureVpc/web/net: subnet/private-a.id}', '${SecureVpc/web/net: subnet/private-b.id}'],
      securityGroupIds: ['${security-group/tasks.id}', '${SecureVpc/web/net: security-group/ecs.id}'],
      assignPublicIp: false,
    });
    expect(launchType).toBe('FARGATE');
  });

  it.each(Object.entries(seedSizes))(
    'in %s it has the size of its environment, where the spec says no other',
    (environment, { cpu, memoryMiB: memory, desiredCount }) => {
      const graph = compile({ environment });
      expect(inputsOf<TaskDefinitionInputs>(graph, 'task-definition')).toMatchObject({ cpu, memory });
      expect(inputsOf<EcsServiceInputs>(graph, 'service').desiredCount).toBe(desiredCount);
      const own = compile({
        environment,
        task: { cpu: 2048, memoryMiB: 4096, containers: [{ name: 'app', image: 'app:1' }] },
        service: { desiredCount: 0 },
      });
      expect(inputsOf<TaskDefinitionInputs>(own, 'task-definition')).toMatchObject({
        cpu: '2048',
        memory: '4096',
      });
      expect(inputsOf<EcsServiceInputs>(own, 'service').desiredCount).toBe(0);
    },
  );

  it('says the same whatever the order of lists in Git', () => {
    const container = (name: string, reverse: boolean) => ({
      name,
      image: `${name}:1`,
      ports: reverse ? [{ port: 2 }, { port: 1 }] : [{ port: 1 }, { port: 2 }],
      environment: reverse
        ? [
            { name: 'B', value: '2' },
            { name: 'A', value: '1' },
          ]
        : [
            { name: 'A', value: '1' },
            { name: 'B', value: '2' },
          ],
    });
    const definitionOf = (containers: object[]) =>
      inputsOf<TaskDefinitionInputs>(compile({ task: { containers } }), 'task-definition');
    const ordered = definitionOf([container('app', false), { name: 'proxy', image: 'proxy:1' }]);
    expect(definitionOf([{ name: 'proxy', image: 'proxy:1' }, container('app', true)])).toEqual(ordered);
  });

  it('has the images that run, where others choose them, and those of the spec for what does not', () => {
    const input = inputWith({
      task: {
        containers: [
          { name: 'app', image: 'shop:1' },
          { name: 'proxy', image: 'envoy:1' },
        ],
      },
    });
    const instead = { of: 'arn:1', is: 'arn:2' };
    const running = { images: { app: 'shop:9' }, instead };
    const graph = compileEcsService({ ...input, object: { ...input.object, running } });
    expect(inputsOf<TaskDefinitionInputs>(graph, 'task-definition')).toMatchObject({
      containerDefinitions: [{ image: 'shop:9' }, { image: 'envoy:1' }],
      imagesAsideOf: 'arn:1',
    });
    expect(inputsOf<EcsServiceInputs>(graph, 'service').instead).toEqual(instead);
  });

  it('is restarted by its annotation, and by nothing else', () => {
    const restartedAt = (annotations: object) =>
      inputsOf<EcsServiceInputs>(compile({}, { metadata: { annotations } }), 'service').restartedAt;
    expect(restartedAt({ 'landfall.dev/restarted-at': 'noon' })).toBe('noon');
    expect(restartedAt({ note: 'noon' })).toBeUndefined();
  });
});

describe('what tasks may do', () => {
  const policiesOf = (graph: Graph, role: string) =>
    Object.fromEntries(
      Object.entries(inputsOf<RolePoliciesInputs>(graph, `role-policies/${role}`).policies).map(
        ([name, text]) => [
          name,
          (JSON.parse(printable(text)) as { Statement: { Action: unknown; Resource: unknown }[] }).Statement,
        ],
      ),
    );

  it('the execution role pulls from the repositories of the images, and writes to the log group', () => {
    const image = (repository: string) => `555555555555.dkr.ecr.eu-west-1.amazonaws.com/${repository}`;
    const graph = compile({
      task: {
        containers: [
          { name: 'app', image: image('team/app@sha256:abc') },
          { name: 'side', image: image('team/app:2') },
          { name: 'other', image: 'other:1' },
        ],
      },
    });
    const ofLogs = 'arn:aws:logs:us-east-1:123456789012:log-group:${log-group.name}:*';
    const { start, ...others } = policiesOf(graph, 'execution');
    expect(start?.map(({ Resource }) => Resource)).toEqual([
      ofLogs,
      ['arn:aws:ecr:eu-west-1:555555555555:repository/team/app'],
      '*',
    ]);
    expect(others).toEqual({});
    const { start: withoutEcr } = policiesOf(compile(), 'execution');
    expect(withoutEcr?.map(({ Resource }) => Resource)).toEqual([ofLogs]);
  });

  it('the containers may do nothing, and with ECS Exec open a shell', () => {
    expect(policiesOf(compile(), 'task')).toEqual({});
    const graph = compile({
      service: { executeCommand: 'Enabled' },
      task: { containers: [{ name: 'app', image: 'shop:1', readonlyRootFilesystem: false }] },
    });
    expect(Object.keys(policiesOf(graph, 'task'))).toEqual(['exec']);
    const [container] = inputsOf<TaskDefinitionInputs>(graph, 'task-definition').containerDefinitions;
    expect(container?.linuxParameters).toEqual({ initProcessEnabled: true });
  });

  it('the roles are for ECS in this account alone, below the boundary, in the path of the namespace', () => {
    const role = inputsOf<RoleInputs>(compile(), 'role/task');
    expect(role.path).toBe('/landfall/web/');
    expect(JSON.parse(role.trustPolicy)).toMatchObject({
      Statement: [
        {
          Principal: { Service: 'ecs-tasks.amazonaws.com' },
          Condition: {
            StringEquals: { 'aws:SourceAccount': '123456789012' },
            ArnLike: { 'aws:SourceArn': 'arn:aws:ecs:us-east-1:123456789012:*' },
          },
        },
      ],
    });
  });
});

describe('a network that is not Ready', () => {
  it.each([
    [
      'False',
      'waits for SecureVpc/web/net to be Ready: what starts in it before that may reach no registry and no log; it is WaitingForAws now',
    ],
    ['True', undefined],
    // Paused before anybody has looked at it.
    ['Unknown', undefined],
  ])('%s: instances and tasks are not started in it, and everything else is made', (status, notYet) => {
    const condition = { type: 'Ready', reason: 'WaitingForAws', message: '', status };
    const conditions = [{ ...condition, lastTransitionTime: '2026-01-01T00:00:00Z' }];
    const graph = compile({ capacity: { type: 'EC2' } }, { network: networkWith({}, {}, { conditions }) });
    const waiting = [...graph.nodes.values()].filter((node) => node.notYet !== undefined);
    expect(waiting.map((node) => [node.key, node.notYet])).toEqual(
      notYet === undefined
        ? []
        : [
            ['auto-scaling-group', notYet],
            ['service', notYet],
          ],
    );
  });

  it('is waited for where the operator has not come to it yet', () => {
    const waiting = [...compile().nodes.values()].filter((node) => node.notYet !== undefined);
    expect(waiting.map((node) => [node.key, node.notYet])).toEqual([
      [
        'service',
        'waits for SecureVpc/web/net to be Ready: what starts in it before that may reach no registry and no log; nobody has looked at it yet',
      ],
    ]);
  });
});

describe('a network that it cannot be in', () => {
  it('is waited for where there is none', () => {
    const given = inputWith({ networkRef: { name: 'other' } });
    expect(() => compileEcsService(given)).toThrow(Waiting);
    expect(() => compileEcsService(given)).toThrow(
      'spec.networkRef names SecureVpc web/other, but there is none; make it',
    );
  });

  it.each([
    [
      'in another region',
      networkWith({ region: 'us-west-2' }),
      'spec.networkRef: SecureVpc/web/net is in Account main, region us-west-2, but this service in Account main, region us-east-1; tasks run where their network is: say the same in both',
    ],
    [
      'of another Account',
      networkWith({ accountRef: { name: 'second' } }),
      'spec.networkRef: SecureVpc/web/net is in Account second, region us-east-1, but this service in Account main, region us-east-1; tasks run where their network is: say the same in both',
    ],
    [
      'without a private tier',
      networkWith({ tiers: [{ name: 'public' }] }),
      'spec.networkRef: SecureVpc/web/net has no place for tasks, which run in its tier private with its security group ecs; add what is missing to its spec.tiers or spec.securityGroups',
    ],
    [
      'without a group for tasks',
      networkWith({ securityGroups: {} }),
      'spec.networkRef: SecureVpc/web/net has no place for tasks, which run in its tier private with its security group ecs; add what is missing to its spec.tiers or spec.securityGroups',
    ],
    [
      'that cannot be made',
      networkWith({ zones: { names: ['us-east-1z'] } }),
      'SecureVpc/web/net, which is referred to, cannot be made: spec.zones.names: zone us-east-1z is not open to this account',
    ],
  ])('%s', (_, network, message) => {
    const { reason, message: said } = refusal(() => compile({}, { network }));
    expect(reason).toBe('InvalidSpec');
    expect(said).toContain(message);
  });

  it('of another namespace lets in only whom it names', () => {
    const reference = { networkRef: { name: 'net', namespace: 'core' } };
    const network = (allowReferencesFrom: string[]) =>
      networkWith({ allowReferencesFrom }, { namespace: 'core' });
    expect(refusal(() => compile(reference, { network: network(['third']) }))).toEqual({
      reason: 'ReferenceNotAllowed',
      message:
        'spec.networkRef: SecureVpc core/net lets no object of namespace web refer to it; whoever owns it can add web to its spec.allowReferencesFrom',
    });
    expect(compile(reference, { network: network(['web']) }).owner).toBe('EcsService/web/shop');
  });
});
