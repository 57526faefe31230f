import { ELSEWHERE, type Link } from './links.ts';
import { markOfAll } from './marks.ts';
import { label, labelled, placeKey } from './mermaid-network.ts';
import type { DrawnNetwork, DrawnService, DrawnStore, Picture } from './picture.ts';
import type { LoadBalancer } from './service.ts';

/** What stands in a network of other objects: services with their load balancers, endpoints, and stores. */
export function serviceLines({ services, uses, stores }: DrawnNetwork): string[] {
  return [
    ...services.flatMap(linesOf),
    ...uses.map(({ owner, marks, used: { node, group, name, tier } }) => {
      const lines = [`Endpoint ${name}`, `in every ${tier} subnet`] as const;
      return `${placeKey({ owner, node })}["${labelled(markOfAll(marks, [node, group]), marks.id(node), lines)}"]:::link`;
    }),
    ...stores.map(storeLine),
  ];
}

/** A store with all that was made for it. */
export function storeLine({ owner, marks, store }: DrawnStore): string {
  const { node, name, engine, called, copy, others } = store;
  const mark = markOfAll(marks, [node, ...others.map((other) => other.node)]);
  const lines = [`Store ${name}`, engine, called, ...copy] as const;
  return `${placeKey({ owner, node })}["${labelled(mark, marks.id(node), lines)}"]:::store`;
}

/** An arrow of a link; by PrivateLink it leads from network to network. */
export function linkArrow({ from, to, isPrivateLink, text }: Link): string {
  const line = isPrivateLink ? '==>' : '-->';
  return `${placeKey(from)} ${line}${text === '' ? '' : `|"${text}"|`} ${placeKey(to)}`;
}

/** The services that endpoints lead to and that are nobody's among the manifests. */
export function elsewhereNodes({ links }: Picture): string[] {
  const names = new Set(links.flatMap(({ to }) => (to.owner === ELSEWHERE ? [to.node] : [])));
  return [...names].map(
    (name) => `${placeKey({ owner: ELSEWHERE, node: name })}(["Endpoint service<br/>${name}"])`,
  );
}

function linesOf(drawn: DrawnService): string[] {
  const { owner, marks, service, provides } = drawn;
  const { node, name, capacity, count, containers, loadBalancer, others } = service;
  const mark = markOfAll(marks, [node, ...others.map((other) => other.node)]);
  const lines = [
    `Service ${name}`,
    `${capacity}, ${count}`,
    ...containers.map(({ image }) => image),
  ] as const;
  return [
    `${placeKey({ owner, node })}["${labelled(mark, marks.id(node), lines)}"]:::service`,
    ...(loadBalancer ? balancerLines(drawn, loadBalancer) : []),
    ...provides.map((one) => {
      const { node, name } = one.provided;
      return `${placeKey({ owner: one.owner, node })}["${label(one, node, 'Endpoint service', name)}"]:::link`;
    }),
  ];
}

function balancerLines(
  { owner, marks, service }: DrawnService,
  { node, name, scheme, listeners, target }: LoadBalancer,
): string[] {
  const mark = markOfAll(marks, [node, ...listeners.map((one) => one.node)]);
  const ports = listeners.map(({ text }) => text).join(', ');
  const balancer = placeKey({ owner, node });
  const box = `${balancer}["${labelled(mark, marks.id(node), [name, scheme, ports])}"]:::service`;
  if (!target) return [box];
  const group = placeKey({ owner, node: target.node });
  const text = label({ marks }, target.node, 'Target group', target.port, `health ${target.health}`);
  return [
    box,
    `${group}["${text}"]:::service`,
    `${balancer} --> ${group}`,
    `${group} --> ${placeKey({ owner, node: service.node })}`,
  ];
}
