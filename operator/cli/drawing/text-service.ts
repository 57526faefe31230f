import type { Paint } from '../terminal.ts';
import { markOfAll } from './marks.ts';
import type { Drawn } from './picture.ts';
import type { Provided, Used } from './private-link.ts';
import type { LoadBalancer, Service } from './service.ts';
import type { Store } from './store.ts';
import { labelOf, leavingBranches, type Branch } from './tree.ts';

type Draw = Drawn & { readonly paint: Paint };

/** A service as a branch: what runs, behind which load balancer, and whatever else was made for it. */
export function serviceBranch(
  draw: Draw & { readonly service: Service },
  provided: readonly Branch[],
): Branch {
  const { service, paint } = draw;
  const { node, name, capacity, count, containers, loadBalancer, others } = service;
  return {
    line: labelOf(draw, node, `${paint.bold(`service ${name}`)}  ${paint.dim(`${capacity}, ${count}`)}`),
    below: [
      ...containers.map((one) => ({ line: `container ${one.name}  ${one.image}` })),
      ...(loadBalancer ? [balancerBranch(draw, loadBalancer, provided)] : []),
      ...others.map((other) => ({
        line: labelOf(draw, other.node, `${other.node}  ${paint.dim(other.name)}`),
      })),
      ...leavingBranches(draw),
    ],
  };
}

function balancerBranch(
  draw: Draw,
  { node, name, scheme, listeners, target }: LoadBalancer,
  provided: readonly Branch[],
): Branch {
  return {
    line: labelOf(draw, node, `${name}, ${scheme}`),
    below: [
      ...listeners.map((one) => ({ line: labelOf(draw, one.node, `← ${one.text}`) })),
      ...(target
        ? [{ line: labelOf(draw, target.node, `→ target group ${target.port}, health ${target.health}`) }]
        : []),
      ...provided,
    ],
  };
}

/** An endpoint service as a branch of the load balancer that it offers. */
export function providedBranch(draw: Draw & { readonly provided: Provided }): Branch {
  const { node, name, isAsked } = draw.provided;
  const how = isAsked ? 'connections are accepted one by one' : 'every connection is accepted';
  return {
    line: labelOf(draw, node, `endpoint service ${name}  ${draw.paint.dim(how)}`),
    below: leavingBranches(draw),
  };
}

/** An interface endpoint as a branch of the network that it stands in. */
export function usedBranch(draw: Draw & { readonly used: Used }): Branch {
  const { node, group, name, tier } = draw.used;
  return {
    line: labelOf(
      draw,
      node,
      `${draw.paint.bold(`endpoint ${name}`)}  ${draw.paint.dim(`PrivateLink, ${tier} tier`)}`,
      markOfAll(draw.marks, [node, group]),
    ),
    below: leavingBranches(draw),
  };
}

/** A store as a branch of its network, or of its account where it stands in none: what was made for it. */
export function storeBranch(draw: Draw & { readonly store: Store }): Branch {
  const { store, paint } = draw;
  const { node, name, engine, called, copy, others } = store;
  const told = [engine, called, ...copy].join(', ');
  return {
    line: labelOf(draw, node, `${paint.bold(`store ${name}`)}  ${paint.dim(told)}`),
    below: [
      ...others.map((other) => ({
        line: labelOf(draw, other.node, `${other.node}  ${paint.dim(other.name)}`),
      })),
      ...leavingBranches(draw),
    ],
  };
}
