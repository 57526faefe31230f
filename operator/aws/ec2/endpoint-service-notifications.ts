import {
  CreateVpcEndpointConnectionNotificationCommand,
  DeleteVpcEndpointConnectionNotificationsCommand,
  DescribeVpcEndpointConnectionNotificationsCommand,
  ModifyVpcEndpointConnectionNotificationCommand,
  type ConnectionNotification,
} from '@aws-sdk/client-ec2';
import { READY, type ActionContext, type Change } from '../../graph/kind.ts';
import { isNotFound } from '../errors.ts';
import { must, pages, type AwsCollection, type AwsKind } from '../kind.ts';
import { onOwn, reads } from '../permissions.ts';
import type { AwsSession } from '../session.ts';
import { endpointServices } from './endpoint-services.ts';
import { unsuccessful } from './unsuccessful.ts';

/** Values that a filter of one call may have. */
const FILTERED_MAX = 200;

/** Which topic hears of the connections to a service, and of what happens to them. */
interface Notification {
  readonly topicArn: string;
  /** `Accept`, `Connect`, `Delete` and `Reject`, sorted. */
  readonly events: readonly string[];
}

export interface EndpointServiceNotificationsInputs {
  readonly serviceId: string;
  /** At most one a topic. */
  readonly notifications: readonly Notification[];
}

/** The notifications of one service, by its id. */
export interface ServiceNotifications {
  readonly serviceId: string;
  readonly notifications: readonly (Notification & { readonly id: string })[];
}

/** Notifications, which have no tags and are read for many services a call. */
export const endpointServiceNotifications: AwsCollection<ServiceNotifications> = {
  name: 'ec2/endpoint-service-notifications',
  lane: 'slow',
  scope: 'region',
  iam: reads('ec2:DescribeVpcEndpointConnectionNotifications'),
  parent: endpointServices.name,
  async *list() {},
  async get(session, ids) {
    const found: ConnectionNotification[] = [];
    for (let start = 0; start < ids.length; start += FILTERED_MAX)
      found.push(...(await describe(session, ids.slice(start, start + FILTERED_MAX))));
    const byService = Map.groupBy(found, ({ ServiceId }) => ServiceId);
    return ids.map((serviceId) => ({
      serviceId,
      notifications: (byService.get(serviceId) ?? []).map((one) => ({
        id: must(one.ConnectionNotificationId, 'ConnectionNotificationId'),
        topicArn: one.ConnectionNotificationArn ?? '',
        events: [...(one.ConnectionEvents ?? [])].sort(),
      })),
    }));
  },
  id: ({ serviceId }) => serviceId,
  tags: () => ({}),
};

/**
 * Who hears of the connections to a service, as an exclusive set of one a topic: AWS takes several, and so of a create whose
 * answer was lost there may be two.
 */
export const endpointServiceNotificationsKind: AwsKind<
  EndpointServiceNotificationsInputs,
  ServiceNotifications
> = {
  type: 'EndpointServiceNotifications',
  collection: endpointServiceNotifications,
  idempotency: 'natural',
  iam: [
    ...onOwn('ec2:CreateVpcEndpointConnectionNotification'),
    // AWS lets no policy say which: they are no resources.
    ...reads('ec2:DeleteVpcEndpointConnectionNotifications', 'ec2:ModifyVpcEndpointConnectionNotification'),
  ],
  after: [],

  find: (view, inputs) => view.get(inputs.serviceId),
  diff({ notifications }, record) {
    const changes: Change[] = [];
    const kept = new Set<string>();
    for (const { topicArn, events } of notifications) {
      const path = `notifications[${topicArn}]`;
      const now = record?.notifications.find((one) => one.topicArn === topicArn);
      const to = textOf(events);
      if (now) kept.add(now.id);
      if (!now) changes.push({ path, to });
      else if (textOf(now.events) !== to) changes.push({ path, from: textOf(now.events), to });
    }
    for (const { id, topicArn, events } of record?.notifications ?? [])
      if (!kept.has(id))
        changes.push({ path: `notifications[${id}]`, from: `${topicArn}: ${textOf(events)}` });
    return changes;
  },
  state: () => READY,
  outputs: ({ serviceId }) => ({ id: serviceId }),
  gone: () => false,
  needs: ({ serviceId }) => [serviceId],

  async update(context, { serviceId, notifications }, record, changes) {
    const { notifications: known = [] } = record as Partial<ServiceNotifications>;
    const isChanged = (key: string) => changes.some(({ path }) => path === `notifications[${key}]`);
    for (const wanted of notifications.filter(({ topicArn }) => isChanged(topicArn))) {
      const id = known.find(({ topicArn }) => topicArn === wanted.topicArn)?.id;
      const written = id === undefined ? await create(context, serviceId, wanted) : id;
      if (id !== undefined) await modify(context, id, wanted);
      lay(context, serviceId, (others) => [
        ...others.filter((other) => other.id !== written),
        { ...wanted, id: written },
      ]);
    }
    const gone = known.map(({ id }) => id).filter(isChanged);
    if (gone.length > 0) await remove(context, serviceId, gone);
  },
};

async function create(
  { session }: ActionContext<AwsSession>,
  ServiceId: string,
  { topicArn, events }: Notification,
): Promise<string> {
  const answer = await session.ec2.send(
    new CreateVpcEndpointConnectionNotificationCommand({
      ServiceId,
      ConnectionNotificationArn: topicArn,
      ConnectionEvents: [...events],
    }),
  );
  return must(answer.ConnectionNotification?.ConnectionNotificationId, 'ConnectionNotificationId');
}

async function modify(
  { session }: ActionContext<AwsSession>,
  ConnectionNotificationId: string,
  { events }: Notification,
): Promise<void> {
  await session.ec2.send(
    new ModifyVpcEndpointConnectionNotificationCommand({
      ConnectionNotificationId,
      ConnectionEvents: [...events],
    }),
  );
}

async function remove(
  context: ActionContext<AwsSession>,
  serviceId: string,
  ids: readonly string[],
): Promise<void> {
  const answer = await context.session.ec2.send(
    new DeleteVpcEndpointConnectionNotificationsCommand({ ConnectionNotificationIds: [...ids] }),
  );
  const failures = unsuccessful('DeleteVpcEndpointConnectionNotifications', answer.Unsuccessful);
  lay(context, serviceId, (others) => others.filter(({ id }) => !ids.includes(id) || failures.has(id)));
  for (const failure of failures.values()) if (!isNotFound(failure)) throw failure;
}

function lay(
  { wrote }: ActionContext<AwsSession>,
  serviceId: string,
  change: (now: ServiceNotifications['notifications']) => ServiceNotifications['notifications'],
): void {
  wrote(endpointServiceNotifications, serviceId, (record) => ({
    serviceId,
    notifications: change(record?.notifications ?? []),
  }));
}

async function describe(
  { ec2 }: AwsSession,
  serviceIds: readonly string[],
): Promise<ConnectionNotification[]> {
  const found: ConnectionNotification[] = [];
  const list = pages<ConnectionNotification>(async (NextToken) => {
    const answer = await ec2.send(
      new DescribeVpcEndpointConnectionNotificationsCommand({
        Filters: [{ Name: 'service-id', Values: [...serviceIds] }],
        ...(NextToken !== undefined && { NextToken }),
      }),
    );
    return { items: answer.ConnectionNotificationSet, next: answer.NextToken };
  });
  for await (const page of list) found.push(...page);
  return found;
}

function textOf(events: readonly string[]): string {
  return events.join(', ');
}
