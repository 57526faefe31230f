import {
  AcceptVpcEndpointConnectionsCommand,
  RejectVpcEndpointConnectionsCommand,
} from '@aws-sdk/client-ec2';
import { READY, type ActionContext, type Change } from '../../graph/kind.ts';
import { isUnresolved } from '../../graph/ref.ts';
import { isNotFoundCode } from '../errors.ts';
import type { AwsKind } from '../kind.ts';
import { onOwn } from '../permissions.ts';
import type { AwsSession } from '../session.ts';
import { endpointServices, serviceIdOf, type Connection, type EndpointService } from './endpoint-services.ts';
import { unsuccessful } from './unsuccessful.ts';

export interface EndpointConnectionsInputs {
  readonly serviceId: string;
  /** Whoever may make an endpoint is accepted. */
  readonly acceptsAll: boolean;
  /** Accounts whose endpoints are accepted, whichever they are. */
  readonly accountIds: readonly string[];
  /** Endpoints that are accepted besides. */
  readonly endpoints: readonly AcceptedEndpoint[];
}

interface AcceptedEndpoint {
  /** A reference where it is not known yet, or not any more. */
  readonly id: string;
  /** Where an object says that it is to be there: its account, and the service that it is to. Undefined for one that a person listed. */
  readonly made?: { readonly accountId: string; readonly serviceName: string };
}

const WAITING = 'pendingacceptance';
const CONNECTED: ReadonlySet<string> = new Set(['pending', 'available']);
/** One that was rejected may be accepted later: https://docs.aws.amazon.com/vpc/latest/privatelink/configure-endpoint-service.html */
const ACCEPTABLE: ReadonlySet<string> = new Set([WAITING, 'rejected']);

/**
 * Which connections to a service are accepted. Whoever is to be let in is; whoever was let in and is not to be is rejected; who
 * only asks stays waiting, for a person to see.
 */
export const endpointConnectionsKind: AwsKind<EndpointConnectionsInputs, EndpointService> = {
  type: 'EndpointConnections',
  collection: endpointServices,
  idempotency: 'natural',
  iam: onOwn('ec2:AcceptVpcEndpointConnections', 'ec2:RejectVpcEndpointConnections'),
  after: [],
  // An endpoint that is still to be made keeps nobody else waiting.
  memberwise: true,

  find: (view, inputs) => view.get(inputs.serviceId),
  diff(inputs, service) {
    if (!service) return [];
    const { Connections: connections = [] } = service;
    const { endpoints } = inputs;
    // Nobody is cut off because the account of its endpoint cannot be read now.
    const undecided = new Set(
      endpoints.filter(({ id }) => isUnresolved(id)).map(({ made }) => made?.accountId),
    );
    const changes = connections.flatMap((connection): Change[] => {
      const wanted = isWanted(inputs, connection);
      if (wanted && ACCEPTABLE.has(connection.state)) return [changeOf(connection, 'accepted')];
      if (!wanted && isConnected(connection) && !undecided.has(connection.accountId))
        return [changeOf(connection, 'rejected')];
      return [];
    });
    // The listing of connections may not show yet what its maker has been told.
    const unseen = endpoints.filter(
      ({ id, made }) =>
        made?.serviceName === service.ServiceName &&
        !isUnresolved(id) &&
        !connections.some(({ endpointId }) => endpointId === id),
    );
    return [...changes, ...unseen.map(({ id }) => ({ path: `connections[${id}]`, to: 'accepted' }))];
  },
  state: () => READY,
  outputs: (service) => ({ id: serviceIdOf(service) }),
  gone: () => false,
  needs: () => [],

  async update(context, { endpoints }, service, changes) {
    const to = (state: string) => changes.filter((change) => change.to === state).map(endpointIdOf);
    await decide(context, service, 'Accept', to('accepted'), endpoints);
    await decide(context, service, 'Reject', to('rejected'));
  },
};

/** Whether a connection carries traffic, or is about to. */
export function isConnected({ state }: Connection): boolean {
  return CONNECTED.has(state);
}

/** Refuses the connections that wait to be accepted, and that nobody accepted. */
export async function rejectWaiting(
  context: ActionContext<AwsSession>,
  service: EndpointService,
): Promise<void> {
  const waiting = (service.Connections ?? []).filter(({ state }) => state === WAITING);
  await decide(
    context,
    service,
    'Reject',
    waiting.map(({ endpointId }) => endpointId),
  );
}

/** Accepts or rejects connections; AWS answers for each by itself. */
async function decide(
  { session, wrote }: ActionContext<AwsSession>,
  service: EndpointService,
  verb: 'Accept' | 'Reject',
  VpcEndpointIds: string[],
  known: readonly AcceptedEndpoint[] = [],
): Promise<void> {
  if (VpcEndpointIds.length === 0) return;
  const ServiceId = serviceIdOf(service);
  const input = { ServiceId, VpcEndpointIds };
  const answer =
    verb === 'Accept'
      ? await session.ec2.send(new AcceptVpcEndpointConnectionsCommand(input))
      : await session.ec2.send(new RejectVpcEndpointConnectionsCommand(input));
  const failures = unsuccessful(`${verb}VpcEndpointConnections`, answer.Unsuccessful);
  const ids = new Set(VpcEndpointIds.filter((id) => !failures.has(id)));
  // What is gone needs no rejecting.
  const isGone = (id: string) => verb === 'Reject' && isNotFoundCode(failures.get(id)?.name);
  const accountOf = (id: string) =>
    known.find((one) => one.id === id)?.made?.accountId ??
    service.Connections?.find(({ endpointId }) => endpointId === id)?.accountId ??
    '';
  wrote(endpointServices, ServiceId, (record) => {
    const left = record?.Connections?.filter(({ endpointId }) => !isGone(endpointId)) ?? [];
    return record && { ...record, Connections: decided(left, { ids, verb, accountOf }) };
  });
  const failed = [...failures].find(([id]) => !isGone(id));
  if (failed) throw failed[1];
}

interface Decision {
  readonly ids: ReadonlySet<string>;
  readonly verb: 'Accept' | 'Reject';
  readonly accountOf: (endpointId: string) => string;
}

/** A listing that shows a connection further on its way is newer than the answer to our call; one that lacks it is older. */
function decided(connections: readonly Connection[], { ids, verb, accountOf }: Decision): Connection[] {
  const isOpen = ({ state }: Connection) =>
    verb === 'Accept' ? ACCEPTABLE.has(state) : CONNECTED.has(state) || state === WAITING;
  const state = verb === 'Accept' ? 'pending' : 'rejected';
  const seen = connections.map((connection) =>
    ids.has(connection.endpointId) && isOpen(connection) ? { ...connection, state } : connection,
  );
  const unseen = [...ids].filter((id) => !connections.some(({ endpointId }) => endpointId === id));
  return [...seen, ...unseen.map((endpointId) => ({ endpointId, accountId: accountOf(endpointId), state }))];
}

function isWanted(
  { acceptsAll, accountIds, endpoints }: EndpointConnectionsInputs,
  { accountId, endpointId }: Connection,
): boolean {
  return acceptsAll || accountIds.includes(accountId) || endpoints.some(({ id }) => id === endpointId);
}

function changeOf({ endpointId, state }: Connection, to: 'accepted' | 'rejected'): Change {
  return { path: `connections[${endpointId}]`, from: state, to };
}

/** The id in `connections[vpce-…]`. */
function endpointIdOf({ path }: Change): string {
  return path.slice('connections['.length, -1);
}
