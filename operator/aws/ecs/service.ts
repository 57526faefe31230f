import {
  CreateServiceCommand,
  DeleteServiceCommand,
  DescribeServicesCommand,
  UpdateServiceCommand,
  type Deployment,
  type Service,
} from '@aws-sdk/client-ecs';
import { textOf, type ActionContext, type Change } from '../../graph/kind.ts';
import { isOwned, TAG } from '../../graph/ownership.ts';
import { targetHealth } from '../elbv2/target-health.ts';
import { isNotFound, PartialFailure } from '../errors.ts';
import { must, type AwsCollection, type AwsKind } from '../kind.ts';
import { NOMINATION_ACTIONS, nominated } from '../nominated.ts';
import { reads } from '../permissions.ts';
import type { AwsSession } from '../session.ts';
import { primaryOf } from './deployments.ts';
import { hasRestarted, restartChange, restartMark, startedFor } from './restarts.ts';
import { refuseRepetition, ROLLOUT_ACTIONS } from './rollouts.ts';
import { withDefinitions } from './running.ts';
import { outputsOf } from './service-outputs.ts';
import {
  allSettings,
  awsvpcOf,
  isDeployed,
  settingChanges,
  settingsFor,
  type EcsServiceInputs,
} from './service-settings.ts';
import { stateOf } from './service-state.ts';
import { STOPPED_ACTIONS, withStopped } from './stopped-tasks.ts';
import { makes, MARK, nameIn, onOwnThings, tagList, tagsOf, updateMark, updateTags } from './shared.ts';

/** Services of one cluster that one DescribeServices call may name. */
const DESCRIBED_MAX = 10;
/** Of the hundred events that AWS tells, those that are kept. */
const EVENTS_KEPT = 5;

/** Services, those that drain and those that are gone among them for a while. */
export const ecsServices: AwsCollection<Service> = {
  name: 'ecs/services',
  lane: 'fast',
  scope: 'region',
  // Ten services a call, and of one cluster.
  awaitedById: true,
  settled: (service) => stateOf(service).phase === 'ready',
  iam: [
    ...reads('ecs:DescribeServices', 'ecs:DescribeTaskDefinition'),
    ...STOPPED_ACTIONS,
    ...NOMINATION_ACTIONS,
  ],
  async *list(session, installation) {
    const arns: string[] = [];
    for await (const page of nominated(session, 'ecs:service', installation)) arns.push(...page.keys());
    yield await whole(session, await read(session, arns), { all: true });
  },
  get: async (session, arns) => whole(session, await read(session, arns), { all: false }),
  id: (service) => must(service.serviceArn, 'serviceArn'),
  tags: tagsOf,
};

/**
 * Tasks that are kept running, and rolled out anew when their definition changes. A rollout that AWS has given up and
 * taken back is not begun again before something else is asked for.
 */
export const ecsServiceKind: AwsKind<EcsServiceInputs, Service> = {
  type: 'EcsService',
  collection: ecsServices,
  // A name has one active service. A client token would be that of the former one, whose ARN is the same, and AWS might
  // answer with what was deleted.
  idempotency: 'name',
  iam: [
    ...makes('ecs:CreateService'),
    ...onOwnThings('ecs:DeleteService', 'ecs:UpdateService'),
    ...ROLLOUT_ACTIONS,
  ],
  after: [],

  diff(inputs, service) {
    if (!service) return [];
    const changes: Change[] = [];
    const { clusterArn, serviceName, launchType } = service;
    if (clusterArn !== inputs.cluster)
      changes.push({ path: 'cluster', from: clusterArn, to: inputs.cluster, replace: true });
    if (serviceName !== inputs.name && serviceName !== besideName(inputs, tagsOf(service)))
      changes.push({ path: 'name', from: serviceName, to: inputs.name, replace: true });
    // One that was made with a strategy tells no launch type, and the other way round.
    if (launchType && inputs.launchType && launchType !== inputs.launchType)
      changes.push({ path: 'launchType', from: launchType, to: inputs.launchType, replace: true });
    changes.push(...settingChanges(inputs, service));
    changes.push(...restartChange(inputs, service));
    return changes;
  },
  state: stateOf,
  outputs: outputsOf,
  gone: (service) => service.status === 'INACTIVE',
  needs: (service) => [
    ...new Set([
      must(service.clusterArn, 'clusterArn'),
      ...[service, ...(service.deployments ?? [])].flatMap(({ taskDefinition }) => taskDefinition ?? []),
      ...(awsvpcOf(service)?.subnets ?? []),
      ...(awsvpcOf(service)?.securityGroups ?? []),
      ...targetGroupsOf(service),
    ]),
  ],

  async create(context, inputs) {
    const beside = besideName(inputs, context.tags);
    if (beside === undefined) return make(context, inputs, inputs.name);
    // The one whose place it takes has the name, unless it is in another cluster.
    const there = await describe(context.session, inputs.cluster, [inputs.name, beside]);
    const mine = there.find(({ serviceName }) => serviceName === beside);
    if (mine && !ecsServiceKind.gone(mine) && isOwned(tagsOf(mine), context.tags)) return mine;
    const isTaken = there.some((service) => !ecsServiceKind.gone(service));
    return make(context, inputs, isTaken ? beside : inputs.name);
  },
  // Of a replacement: not the one whose place it takes.
  async conflicting(session, { cluster, name }, revision) {
    const [service] = await describe(session, cluster, [
      revision === undefined ? name : `${name}-${revision}`,
    ]);
    return service && !ecsServiceKind.gone(service) ? service : undefined;
  },
  async update(context, inputs, service, changes) {
    const { session, wrote } = context;
    const id = must(service.serviceArn, 'serviceArn');
    await updateTags(context, ecsServices, id, changes);
    const restart = changes.find(({ path }) => path === 'restartedAt');
    const restarts = restart !== undefined && !hasRestarted(service, restart);
    const rollout = changes.filter(isDeployed);
    const others = changes.filter((change) => !isDeployed(change));
    const refusal =
      rollout.length > 0 && !restarts
        ? await refusalOf(refuseRepetition(session, service, inputs))
        : undefined;
    const settings = settingsFor(inputs, refusal ? others : [...rollout, ...others]);
    if (restarts) await updateMark(context, ecsServices, id, [MARK.restarted, restartMark(service, restart)]);
    if (restarts || Object.keys(settings).length > 0) {
      // A restart that is sent again is another one.
      const answer = await (restarts ? session.ecsOnce : session.ecs).send(
        new UpdateServiceCommand({
          cluster: service.clusterArn,
          service: id,
          ...settings,
          // Tasks move to another capacity only in a new deployment.
          ...((restarts || 'capacityProviderStrategy' in settings) && { forceNewDeployment: true }),
        }),
      );
      const updated = must(answer.service, 'service');
      const primary = primaryOf(updated);
      const { deployments: before = [] } = service;
      const began = before.some(({ id: known }) => known === primary?.id) ? undefined : primary;
      const names = Object.keys(settings) as (keyof Service & keyof typeof settings)[];
      const written = Object.fromEntries(names.map((name) => [name, updated[name] ?? settings[name]]));
      wrote(ecsServices, id, (record) => record && updatedWith(record, before, began, written));
      // Other tasks will be behind them: what is known of those before says nothing.
      if (began || 'desiredCount' in settings)
        for (const arn of targetGroupsOf(updated)) wrote(targetHealth, arn, () => ({ arn, targets: [] }));
    }
    if (restart) await updateMark(context, ecsServices, id, [MARK.restarted, textOf(restart.to)]);
    if (refusal) throw refusal;
  },
  // With force it need not be scaled to nothing first; its tasks stop while it drains.
  async delete({ session }, service) {
    try {
      const answer = await session.ecs.send(
        new DeleteServiceCommand({ cluster: service.clusterArn, service: service.serviceArn, force: true }),
      );
      return { ...service, status: answer.service?.status ?? 'DRAINING' };
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  },
};

async function make(
  { session, tags }: ActionContext<AwsSession>,
  inputs: EcsServiceInputs,
  serviceName: string,
): Promise<Service> {
  const { cluster, launchType } = inputs;
  const restart = startedFor(inputs);
  const marked = { ...tags, ...(restart !== undefined && { [MARK.restarted]: restart }) };
  const answer = await session.ecs.send(
    new CreateServiceCommand({
      ...allSettings(inputs),
      cluster,
      serviceName,
      desiredCount: inputs.desiredCount ?? inputs.initialCount ?? 1,
      ...(launchType && { launchType }),
      tags: tagList(marked),
    }),
  );
  const service = must(answer.service, 'service');
  const known = { ...service, tags: service.tags ?? tagList(marked) };
  // Where one of the name is there that was made from the very same, AWS answers with that one.
  if (!isOwned(tagsOf(known), tags))
    throw new PartialFailure(
      'CreateService',
      'ResourceAlreadyExistsException',
      `there is a service ${serviceName} in ${nameIn(cluster)}`,
    );
  return brief(known);
}

function targetGroupsOf({ loadBalancers = [] }: Service): string[] {
  return loadBalancers.flatMap(({ targetGroupArn }) => targetGroupArn ?? []);
}

/** The name of one that is made beside the one whose place it takes. */
function besideName({ name }: EcsServiceInputs, tags: Readonly<Record<string, string>>): string | undefined {
  const revision = tags[TAG.revision];
  return revision === undefined ? undefined : `${name}-${revision}`;
}

/** Why a rollout is not begun, if it is not. */
async function refusalOf(check: Promise<void>): Promise<Error | undefined> {
  try {
    await check;
    return undefined;
  } catch (error) {
    return error as Error;
  }
}

/**
 * What a listing and the answer to our update say together. An update that began a deployment is shown by a listing with a
 * deployment that there was not `before`: that one, or a later one. Everything in it is newer than the answer.
 */
function updatedWith(
  listed: Service,
  before: readonly Deployment[],
  began: Deployment | undefined,
  written: Partial<Service>,
): Service {
  if (!began) return { ...listed, ...written };
  const known = new Set(before.map(({ id }) => id));
  if (listed.deployments?.some(({ id }) => !known.has(id)) === true) return listed;
  const others = before.map((one) => ({ ...one, status: 'ACTIVE' }));
  return { ...listed, ...written, deployments: [began, ...others] };
}

/** AWS does not say in which order events come. */
function brief(service: Service): Service {
  const events = (service.events ?? []).toSorted(
    (a, b) => (b.createdAt?.getTime() ?? 0) - (a.createdAt?.getTime() ?? 0),
  );
  return { ...service, events: events.slice(0, EVENTS_KEPT) };
}

/** `cluster/name` in an ARN says where a service is: arn:aws:ecs:REGION:ACCOUNT:service/CLUSTER/NAME. */
function clusterIn(arn: string): string {
  return arn.split('/').at(-2) ?? '';
}

/** Services with what they run, and why tasks of theirs stopped. */
async function whole(
  session: AwsSession,
  services: readonly Service[],
  of: { readonly all: boolean },
): Promise<Service[]> {
  return withStopped(session, await withDefinitions(session, services, of), of);
}

/** Services of any clusters, by ARN. */
async function read(session: AwsSession, arns: readonly string[]): Promise<Service[]> {
  const byCluster = Map.groupBy(arns, clusterIn);
  const found = await Promise.all([...byCluster].map(([cluster, of]) => describe(session, cluster, of)));
  return found.flat();
}

/** Services of one cluster, by name or ARN; those that do not exist are left out. */
async function describe(session: AwsSession, cluster: string, names: readonly string[]): Promise<Service[]> {
  const found: Service[] = [];
  for (let start = 0; start < names.length; start += DESCRIBED_MAX) {
    const services = names.slice(start, start + DESCRIBED_MAX);
    try {
      const answer = await session.ecs.send(
        new DescribeServicesCommand({ cluster, services, include: ['TAGS'] }),
      );
      for (const { arn, reason = 'Unknown', detail } of answer.failures ?? [])
        if (reason !== 'MISSING')
          throw new PartialFailure('DescribeServices', reason, `${arn}: ${detail ?? reason}`);
      found.push(...(answer.services ?? []).map(brief));
    } catch (error) {
      // With its cluster a service is gone.
      if (!isNotFound(error)) throw error;
    }
  }
  return found;
}
