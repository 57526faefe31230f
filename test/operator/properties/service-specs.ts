import * as fc from 'fast-check';
import { FARGATE_CPU } from '../../../operator/api/fargate.ts';

/** A container as a person writes it. */
export interface ContainerLike {
  readonly name: string;
  readonly image: string;
  readonly [field: string]: unknown;
}

/** A valid spec of an EcsService, without what says where it is. */
export interface ServiceLike {
  readonly environment: 'dev' | 'staging' | 'prod';
  readonly task: { readonly containers: readonly ContainerLike[]; readonly [field: string]: unknown };
  readonly service: {
    readonly desiredCount: number;
    readonly executeCommand: string;
    readonly deployment: object;
  };
  readonly cluster: { readonly create: { readonly containerInsights: string } };
  readonly logs: { readonly retentionDays: number };
  readonly tags: Readonly<Record<string, string>>;
}

const NAMES = ['api', 'proxy', 'worker'];
const onOff = fc.constantFrom('Enabled', 'Disabled');
const image = fc.constantFrom('shop:1', 'envoy:3', '123456789012.dkr.ecr.us-east-1.amazonaws.com/shop:2');
const variables = fc
  .uniqueArray(fc.constantFrom('PORT', 'STAGE', 'URL'), { maxLength: 3 })
  .chain((names) =>
    fc.tuple(
      ...names.map((name) => fc.record({ name: fc.constant(name), value: fc.string({ maxLength: 8 }) })),
    ),
  );
const settings = fc.record(
  {
    cpu: fc.constantFrom(0, 64),
    memoryReservationMiB: fc.constantFrom(64, 128),
    environment: variables,
    command: fc.constantFrom(['serve'], []),
    user: fc.constantFrom('1000:1000', 'app'),
    readonlyRootFilesystem: fc.boolean(),
    healthCheck: fc.constant({ command: ['CMD-SHELL', 'true'] }),
    ulimits: fc.constant([{ name: 'nofile', soft: 1024, hard: 4096 }]),
  },
  { requiredKeys: [] },
);

/** The first container is essential, and each of the others may come after the one before it. */
const containers = fc
  .array(fc.record({ image, settings, follows: fc.boolean(), listens: fc.boolean() }), {
    minLength: 1,
    maxLength: NAMES.length,
  })
  .map((some) =>
    some.map(({ image: of, settings: its, follows, listens }, index): ContainerLike => ({
      ...its,
      name: NAMES[index] ?? '',
      image: of,
      ...(index > 0 && { essential: false }),
      ...(follows && index > 0 && { dependsOn: [{ container: NAMES[index - 1] }] }),
      ...(listens && { ports: [{ port: 8000 + index }, { port: 8100 + index, protocol: 'udp' }] }),
    })),
  );

/** Any cpu of Fargate goes with four times as many MiB, at least with what it takes. */
const size = fc.option(
  fc.constantFrom(...FARGATE_CPU.filter((cpu) => cpu <= 4096)).map((cpu) => ({ cpu, memoryMiB: cpu * 4 })),
  { nil: {} },
);

/** A shell is opened where somebody may write. */
const withShell = (spec: ServiceLike, executeCommand: string): ServiceLike => {
  const { task, service } = spec;
  const [first, ...others] = task.containers;
  if (executeCommand !== 'Enabled' || !first) return { ...spec, service: { ...service, executeCommand } };
  const containers = [{ ...first, readonlyRootFilesystem: false }, ...others];
  return { ...spec, task: { ...task, containers }, service: { ...service, executeCommand } };
};

export const serviceSpecs: fc.Arbitrary<ServiceLike> = fc
  .record({
    environment: fc.constantFrom('dev', 'staging', 'prod'),
    task: fc
      .record({ containers, size })
      .map(({ containers: some, size: of }) => ({ containers: some, ...of })),
    service: fc.record({
      desiredCount: fc.nat(5),
      executeCommand: onOff,
      deployment: fc.record({
        minimumHealthyPercent: fc.constantFrom(0, 50, 100),
        maximumPercent: fc.constantFrom(150, 200),
        circuitBreaker: onOff,
      }),
    }),
    cluster: fc.record({ create: fc.record({ containerInsights: onOff }) }),
    logs: fc.record({ retentionDays: fc.constantFrom(1, 7, 30) }),
    tags: fc.dictionary(fc.constantFrom('team', 'stage'), fc.constantFrom('a', 'b')),
  })
  .map((spec) => withShell(spec, spec.service.executeCommand));

/** One thing of a spec changed, and which nodes may be told. */
export interface ServiceEdit {
  readonly what: string;
  readonly after: ServiceLike;
  readonly touches: RegExp;
}

const flipped = (value: string) => (value === 'Enabled' ? 'Disabled' : 'Enabled');
const ROLLOUT = 'task-definition|service';

/** Every single edit of a spec. */
export function serviceEditsOf(spec: ServiceLike): ServiceEdit[] {
  const { task, service, cluster, logs } = spec;
  const [first, ...others] = task.containers;
  if (!first) return [];
  const edit = (what: string, touches: string, change: Partial<ServiceLike>): ServiceEdit => ({
    what,
    touches: new RegExp(`^(${touches})$`),
    after: { ...spec, ...change },
  });
  const containing = (...some: ContainerLike[]) => ({ task: { ...task, containers: some } });
  return [
    // What may be pulled follows the image.
    edit(
      'another image',
      `${ROLLOUT}|role-policies/execution`,
      containing({ ...first, image: 'shop:new' }, ...others),
    ),
    edit(
      'a variable',
      ROLLOUT,
      containing({ ...first, environment: [{ name: 'NEW', value: 'x' }] }, ...others),
    ),
    edit(
      'a sidecar',
      ROLLOUT,
      containing(...task.containers, { name: 'late', image: 'late:1', essential: false }),
    ),
    edit('another size', ROLLOUT, { task: { ...task, cpu: 8192, memoryMiB: 16_384 } }),
    edit('another count', 'service', { service: { ...service, desiredCount: service.desiredCount + 1 } }),
    edit('another pace', 'service', {
      service: { ...service, deployment: { ...service.deployment, maximumPercent: 175 } },
    }),
    // The agent of ECS Exec needs a permission, and somebody who reaps.
    edit('a shell', `${ROLLOUT}|role-policies/task`, withShell(spec, flipped(service.executeCommand))),
    edit('insights', 'cluster', {
      cluster: { create: { containerInsights: flipped(cluster.create.containerInsights) } },
    }),
    edit('retention', 'log-group', {
      logs: { retentionDays: logs.retentionDays + 59 - (logs.retentionDays % 60) + 1 },
    }),
    edit('tags', '.*', { tags: { ...spec.tags, added: 'yes' } }),
  ];
}

export const serviceEdits = serviceSpecs.chain((before) =>
  fc.record({ before: fc.constant(before), edit: fc.constantFrom(...serviceEditsOf(before)) }),
);
