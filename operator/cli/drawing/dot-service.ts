import { bold, box, escape, idText, indent, quote, small } from './dot-html.ts';
import { ELSEWHERE, type Link, type Place } from './links.ts';
import { GROUP_LOOK, LINK_LOOK, PLAIN_LOOK, SERVICE_LOOK, STORE_LOOK } from './look.ts';
import { markOfAll } from './marks.ts';
import type { Drawn, DrawnNetwork, DrawnService, DrawnStore, Picture } from './picture.ts';
import type { Provided, Used } from './private-link.ts';
import type { LoadBalancer } from './service.ts';

/** What stands in a network of other objects: services with their load balancers, endpoints, and stores. `at` names nodes of the network. */
export function servicesLines(
  { network, services, uses, stores }: DrawnNetwork,
  at: (key: string) => string,
): string[] {
  const behind = (name: string, place: Place) =>
    network.groups
      .filter((group) => group.name === name)
      .map(
        ({ node }) => `${at(node)} -> ${nodeId(place)} [style=dotted dir=none color="${GROUP_LOOK.line}"]`,
      );
  return [
    ...services.flatMap(serviceLines),
    ...uses.map(endpointNode),
    ...stores.map(storeNode),
    ...services.flatMap(({ owner, service }) => behind('ecs', { owner, node: service.node })),
  ];
}

/** An arrow of a link; by PrivateLink it leads from network to network. */
export function linkEdge({ from, to, isPrivateLink, text }: Link): string {
  const look = isPrivateLink ? ` color="${LINK_LOOK.line}" fontcolor="${LINK_LOOK.text}" penwidth=2` : '';
  const label = text === '' ? '' : `label=" ${text} "`;
  return `${nodeId(from)} -> ${nodeId(to)} [${label}${look} weight=4]`;
}

/** The services that endpoints lead to and that are nobody's among the manifests. */
export function elsewhereNodes({ links }: Picture): string[] {
  const names = new Set(links.flatMap(({ to }) => (to.owner === ELSEWHERE ? [to.node] : [])));
  return [...names].map((name) => {
    const lines = [bold('Endpoint service'), small(name)];
    return `${nodeId({ owner: ELSEWHERE, node: name })} [label=${box(lines, { ...PLAIN_LOOK, fill: '#f8fafc' }, { rounded: true })}]`;
  });
}

function serviceLines(drawn: DrawnService): string[] {
  const { owner, marks, service, provides } = drawn;
  const { node, name, capacity, count, containers, loadBalancer, others } = service;
  const id = nodeId({ owner, node });
  const lines = [
    bold(`Service ${name}`),
    escape(`${capacity}, ${count}`),
    ...containers.map(({ image }) => small(image)),
    idText(marks, node),
  ];
  const mark = markOfAll(marks, [node, ...others.map((other) => other.node)]);
  return [
    `subgraph ${quote(`cluster_${owner}`)} {`,
    ...indent([
      'graph [peripheries=0 label="" margin=4]',
      `${id} [label=${box(lines, SERVICE_LOOK, { mark, width: 120 })}]`,
      ...(loadBalancer ? balancerLines(drawn, loadBalancer, id) : []),
      ...provides.map(providedNode),
    ]),
    '}',
  ];
}

function balancerLines(
  { owner, marks }: Drawn,
  { node, name, scheme, listeners, target }: LoadBalancer,
  service: string,
): string[] {
  const id = nodeId({ owner, node });
  const ports = listeners.map(({ text }) => text).join(', ');
  const lines = [bold(name), small(scheme), escape(ports), idText(marks, node)];
  const mark = markOfAll(marks, [node, ...listeners.map((one) => one.node)]);
  const balancer = `${id} [label=${box(lines, SERVICE_LOOK, { rounded: true, mark })}]`;
  if (!target) return [balancer];
  const group = nodeId({ owner, node: target.node });
  const targetLines = [
    bold('Target group'),
    escape(target.port),
    small(`health ${target.health}`),
    idText(marks, target.node),
  ];
  return [
    balancer,
    `${group} [label=${box(targetLines, SERVICE_LOOK, { rounded: true, mark: marks.of(target.node) })}]`,
    `${id} -> ${group}`,
    `${group} -> ${service}`,
  ];
}

function providedNode({ owner, marks, provided }: Drawn & { readonly provided: Provided }): string {
  const { node, name } = provided;
  const lines = [bold('Endpoint service'), escape(name), idText(marks, node)];
  return `${nodeId({ owner, node })} [label=${box(lines, LINK_LOOK, { rounded: true, mark: marks.of(node) })}]`;
}

function endpointNode({ owner, marks, used }: Drawn & { readonly used: Used }): string {
  const { node, group, name, tier } = used;
  const lines = [bold(`Endpoint ${name}`), small(`in every ${tier} subnet`), idText(marks, node)];
  return `${nodeId({ owner, node })} [label=${box(lines, LINK_LOOK, { rounded: true, mark: markOfAll(marks, [node, group]) })}]`;
}

/** A store with all that was made for it. */
export function storeNode({ owner, marks, store }: DrawnStore): string {
  const { node, name, engine, called, copy, others } = store;
  const lines = [
    bold(`Store ${name}`),
    escape(engine),
    small(called),
    ...copy.map(small),
    idText(marks, node),
  ];
  const mark = markOfAll(marks, [node, ...others.map((other) => other.node)]);
  return `${nodeId({ owner, node })} [label=${box(lines, STORE_LOOK, { mark, width: 120 })}]`;
}

function nodeId({ owner, node }: Place): string {
  return quote(`${owner} ${node}`);
}
