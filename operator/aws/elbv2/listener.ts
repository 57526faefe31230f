import {
  CreateListenerCommand,
  DeleteListenerCommand,
  DescribeListenersCommand,
  ModifyListenerCommand,
  type Action,
  type Listener,
  type ModifyListenerInput,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { READY, type Change } from '../../graph/kind.ts';
import { unlessGone } from '../errors.ts';
import { must, type AwsCollection, type AwsKind } from '../kind.ts';
import { chosen, NOMINATION_ACTIONS, nominated } from '../nominated.ts';
import { reads } from '../permissions.ts';
import type { AwsSession } from '../session.ts';
import { tagList, tagsOf } from '../tags.ts';
import { everyLoadBalancer } from './load-balancer.ts';
import {
  asMade,
  existing,
  onOurs,
  PAGE,
  TAG_ACTIONS,
  tagsWhatIsMadeBy,
  updateTags,
  withTags,
  type Tagged,
} from './shared.ts';

/** What a listener does with a request: hand it on, or send the client to another port. */
export type ListenerAction =
  | { readonly type: 'forward'; readonly targetGroupId: string }
  | { readonly type: 'redirect'; readonly port: number };

export interface ListenerInputs {
  readonly loadBalancerId: string;
  readonly port: number;
  readonly protocol: 'HTTP' | 'HTTPS' | 'TCP' | 'TLS';
  /** Empty where the protocol is neither HTTPS nor TLS. */
  readonly certificateArn: string;
  /** Empty where the protocol is neither HTTPS nor TLS. */
  readonly sslPolicy: string;
  readonly action: ListenerAction;
}

/**
 * Listeners. AWS lists those of one load balancer a call, or those of some ARNs, and the tagging API knows the ARNs. A
 * deleted load balancer takes its listeners along, so of those that the tagging API still names nobody asks.
 */
export const listeners: AwsCollection<Tagged<Listener>> = {
  name: 'elbv2/listeners',
  lane: 'fast',
  scope: 'region',
  iam: [
    ...reads('elasticloadbalancing:DescribeListeners', 'elasticloadbalancing:DescribeLoadBalancers'),
    ...NOMINATION_ACTIONS,
  ],
  async *list(session, installation) {
    for await (const tags of nominated(session, 'elasticloadbalancing:listener', installation)) {
      const balancers = await everyLoadBalancer(session);
      const there = new Set(balancers.map((balancer) => balancer.LoadBalancerArn));
      const likely = [...tags.keys()].filter((arn) => there.has(loadBalancerOf(arn)));
      yield chosen(await describe(session, likely), arnOf, tags);
    }
  },
  get: async (session, arns) => withTags(session, await describe(session, arns), arnOf),
  id: arnOf,
  tags: tagsOf,
};

/** A port of a load balancer and what happens there; AWS refuses a second listener on it (DuplicateListener). */
export const listenerKind: AwsKind<ListenerInputs, Tagged<Listener>> = {
  type: 'Listener',
  collection: listeners,
  // Its port is its name.
  idempotency: 'name',
  iam: [
    // It is made in a load balancer of ours, and is itself nothing that a policy can name before it is there.
    ...onOurs('CreateListener', 'DeleteListener', 'ModifyListener'),
    tagsWhatIsMadeBy('CreateListener'),
    ...TAG_ACTIONS,
  ],
  after: [],

  diff(inputs, listener) {
    if (!listener) return [];
    const changes: Change[] = [];
    if (listener.LoadBalancerArn !== inputs.loadBalancerId) {
      const [from, to] = [listener.LoadBalancerArn, inputs.loadBalancerId];
      changes.push({ path: 'loadBalancerId', from, to, replace: true });
    }
    const settings: [string, unknown, unknown][] = [
      ['port', listener.Port, inputs.port],
      ['protocol', listener.Protocol, inputs.protocol],
      ['certificateArn', listener.Certificates?.[0]?.CertificateArn ?? '', inputs.certificateArn],
      ['sslPolicy', listener.SslPolicy ?? '', inputs.sslPolicy],
      ['action', wordsOf(listener.DefaultActions ?? []), wordsOf(actionsOf(inputs))],
    ];
    for (const [path, from, to] of settings) if (from !== to) changes.push({ path, from, to });
    return changes;
  },
  state: () => READY,
  outputs: (listener) => ({ id: arnOf(listener) }),
  gone: () => false,
  needs: (listener) => [
    must(listener.LoadBalancerArn, 'LoadBalancerArn'),
    ...(listener.DefaultActions ?? []).flatMap(groupsOf),
    ...(listener.Certificates ?? []).flatMap(({ CertificateArn: arn }) => arn ?? []),
  ],

  async create({ session, tags }, inputs) {
    const answer = await session.elbv2.send(
      new CreateListenerCommand({
        LoadBalancerArn: inputs.loadBalancerId,
        Port: inputs.port,
        Protocol: inputs.protocol,
        ...securityOf(inputs),
        DefaultActions: actionsOf(inputs),
        Tags: tagList(tags),
      }),
    );
    return asMade(session, must(answer.Listeners?.[0], 'Listeners'), arnOf, tags);
  },
  async conflicting(session, { loadBalancerId, port }) {
    // A load balancer has 50 listeners unless its quota was raised, and a page holds 400.
    const answer = await session.elbv2.send(
      new DescribeListenersCommand({ LoadBalancerArn: loadBalancerId, PageSize: PAGE }),
    );
    const there = (answer.Listeners ?? []).filter((listener) => listener.Port === port);
    return (await withTags(session, there, arnOf))[0];
  },
  async update(context, inputs, listener, changes) {
    const arn = arnOf(listener);
    await updateTags(context, listeners, arn, changes);
    const changed = new Set(changes.map(({ path }) => path).filter((path) => !path.startsWith('tags.')));
    if (changed.size === 0) return;
    const sent = modificationOf(inputs, changed);
    await context.session.elbv2.send(new ModifyListenerCommand({ ListenerArn: arn, ...sent }));
    // "If you change the protocol from HTTPS to HTTP, or from TLS to TCP, the security policy and default certificate
    // properties are removed": API reference, ModifyListener.
    const gone = changed.has('protocol') && { Certificates: [], SslPolicy: undefined };
    context.wrote(listeners, arn, (record) => record && { ...record, ...gone, ...sent });
  },
  async delete({ session }, listener) {
    await unlessGone(session.elbv2.send(new DeleteListenerCommand({ ListenerArn: arnOf(listener) })));
    return undefined;
  },
};

async function describe(session: AwsSession, arns: readonly string[]): Promise<Listener[]> {
  return existing(arns, async (ListenerArns) => {
    const answer = await session.elbv2.send(new DescribeListenersCommand({ ListenerArns }));
    return answer.Listeners;
  });
}

/** What changed, in AWS's words; a protocol goes with certificate and policy, without which AWS refuses HTTPS and TLS. */
function modificationOf(
  inputs: ListenerInputs,
  changed: ReadonlySet<string>,
): Omit<ModifyListenerInput, 'ListenerArn'> {
  const { Certificates, SslPolicy } = securityOf(inputs);
  const isNew = changed.has('protocol');
  return {
    ...(changed.has('port') && { Port: inputs.port }),
    ...(isNew && { Protocol: inputs.protocol }),
    ...(Certificates && (isNew || changed.has('certificateArn')) && { Certificates }),
    ...(SslPolicy !== undefined && (isNew || changed.has('sslPolicy')) && { SslPolicy }),
    ...(changed.has('action') && { DefaultActions: actionsOf(inputs) }),
  };
}

function securityOf({ certificateArn, sslPolicy }: ListenerInputs): {
  Certificates?: { CertificateArn: string }[];
  SslPolicy?: string;
} {
  return {
    ...(certificateArn !== '' && { Certificates: [{ CertificateArn: certificateArn }] }),
    ...(sslPolicy !== '' && { SslPolicy: sslPolicy }),
  };
}

function actionsOf({ action }: ListenerInputs): Action[] {
  if (action.type === 'forward') return [{ Type: 'forward', TargetGroupArn: action.targetGroupId }];
  const RedirectConfig = { Protocol: 'HTTPS', Port: String(action.port), StatusCode: 'HTTP_301' as const };
  return [{ Type: 'redirect', RedirectConfig }];
}

/** What a listener does, in words that are the same for what we send and for what AWS makes of it. */
function wordsOf(actions: readonly Action[]): string {
  return actions.map(wordsOfOne).join(', then ');
}

function wordsOfOne(action: Action): string {
  const groups = groupsOf(action);
  const isSticky = action.ForwardConfig?.TargetGroupStickinessConfig?.Enabled === true;
  if (action.Type === 'forward' && groups.length === 1 && !isSticky) return `forward to ${groups[0]}`;
  const { Protocol, Port, StatusCode, Host, Path, Query } = action.RedirectConfig ?? {};
  // What AWS fills in where nothing is said: the same host, path and query.
  const isSame =
    (Host ?? '#{host}') === '#{host}' &&
    (Path ?? '/#{path}') === '/#{path}' &&
    (Query ?? '#{query}') === '#{query}';
  if (action.Type === 'redirect' && isSame) return `redirect to ${Protocol}:${Port} (${StatusCode})`;
  return JSON.stringify(action);
}

function groupsOf(action: Action): string[] {
  const weighted = (action.ForwardConfig?.TargetGroups ?? []).flatMap((group) => group.TargetGroupArn ?? []);
  return [...new Set([...(action.TargetGroupArn === undefined ? [] : [action.TargetGroupArn]), ...weighted])];
}

/** `…:loadbalancer/app/web/50dc6c495c0c9188` of `…:listener/app/web/50dc6c495c0c9188/f2f7dc8efc522ab2`. */
function loadBalancerOf(listener: string): string {
  return listener.replace(':listener/', ':loadbalancer/').replace(/\/[^/]+$/, '');
}

function arnOf(listener: Listener): string {
  return must(listener.ListenerArn, 'ListenerArn');
}
