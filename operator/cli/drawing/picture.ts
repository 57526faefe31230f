import type { VpcInputs } from '../../aws/ec2/vpc.ts';
import type { Graph } from '../../graph/graph.ts';
import type { Action } from '../../graph/plan.ts';
import { referencesIn } from '../../graph/ref.ts';
import { marksOf, type Marks, type Placed } from './marks.ts';
import { networkOf, type Network } from './network.ts';
import { linksOf, type Link } from './links.ts';
import { inputsBy, lastPart } from './nodes.ts';
import { providedOf, usedOf, type Provided, type Used } from './private-link.ts';
import { serviceOf, type Service } from './service.ts';
import { storeOf, type Store } from './store.ts';

/** What one object compiles to, and where; with what stands of it where AWS was asked. */
export interface Drawable {
  readonly account: string;
  readonly accountId: string;
  readonly region: string;
  readonly graph: Graph;
  readonly plan?: { readonly standing: readonly Placed[]; readonly actions: readonly Action[] } | undefined;
}

/** One object as it is drawn, with how its things stand. */
export interface Drawn {
  readonly owner: string;
  readonly graph: Graph;
  readonly marks: Marks;
}

export interface DrawnNetwork extends Drawn {
  readonly network: Network;
  readonly services: readonly DrawnService[];
  readonly uses: readonly (Drawn & { readonly used: Used })[];
  readonly stores: readonly DrawnStore[];
}

export type DrawnStore = Drawn & { readonly store: Store };

export interface DrawnService extends Drawn {
  readonly service: Service;
  /** The endpoint services at its load balancer. */
  readonly provides: readonly (Drawn & { readonly provided: Provided })[];
}

export interface DrawnAccount {
  readonly name: string;
  readonly id: string;
  readonly regions: readonly string[];
  readonly networks: readonly DrawnNetwork[];
  /** Those that stand in no network. */
  readonly stores: readonly DrawnStore[];
}

/** All objects as they are drawn, whatever the format: the same facts in every drawing. */
export interface Picture {
  /** Those that use endpoints of others before these. */
  readonly accounts: readonly DrawnAccount[];
  readonly links: readonly Link[];
  /** The only object, where it is a network: it then stands for itself, without account and title. */
  readonly alone: DrawnNetwork | undefined;
  /** Every object, for the legend. */
  readonly all: readonly Drawn[];
}

/** What some objects have to show together. Every object but a table refers to a network among them: it would not compile else. */
export function pictureOf(drawables: readonly Drawable[]): Picture {
  const drawn = new Map(
    drawables.map(({ graph, plan }) => [
      graph,
      { owner: graph.owner, graph, marks: marksOf(plan?.standing, plan?.actions ?? []) },
    ]),
  );
  const all = [...drawn.values()];
  const links = linksOf(drawables.map(({ graph }) => graph));
  const networksIn = (account: string) =>
    drawables
      .filter((one) => one.account === account && kindOf(one.graph.owner) === 'SecureVpc')
      .flatMap(({ graph }) => drawn.get(graph) ?? [])
      .map((one) => networkIn(one, all));
  const storesIn = (account: string) =>
    drawables
      .filter((one) => one.account === account && ownerReferredBy(one.graph, 'SecureVpc') === undefined)
      .flatMap(({ graph }) => storesAmong([drawn.get(graph)]));
  const accounts = [...new Map(drawables.map((one) => [one.account, one])).values()].map(
    ({ account, accountId }) => ({
      name: account,
      id: accountId,
      regions: [...new Set(drawables.filter((one) => one.account === account).map(({ region }) => region))],
      networks: networksIn(account),
      stores: storesIn(account),
    }),
  );
  const [only] = accounts.flatMap(({ networks }) => networks);
  return {
    accounts: consumersFirst(accounts, drawables, links),
    links,
    alone: drawables.length === 1 ? only : undefined,
    all,
  };
}

function networkIn(drawn: Drawn, all: readonly Drawn[]): DrawnNetwork {
  const here = all.filter(({ graph }) => ownerReferredBy(graph, 'SecureVpc') === drawn.owner);
  return {
    ...drawn,
    network: networkOf(drawn.graph, blocksOf(all)),
    services: here
      .filter(({ owner }) => kindOf(owner) === 'EcsService')
      .map((one) => ({
        ...one,
        service: serviceOf(one.graph),
        provides: all.flatMap((other) => {
          const provided = providedOf(other.graph);
          return provided?.service === one.owner ? { ...other, provided } : [];
        }),
      })),
    uses: here.flatMap((one) => {
      const used = usedOf(one.graph);
      return used ? { ...one, used } : [];
    }),
    stores: storesAmong(here),
  };
}

function storesAmong(drawn: readonly (Drawn | undefined)[]): DrawnStore[] {
  return drawn.flatMap((one) => {
    const store = one && storeOf(one.graph);
    return store ? { ...one, store } : [];
  });
}

/** The networks by their blocks. A network alone needs nobody to tell it from others. */
function blocksOf(all: readonly Drawn[]): Map<string, string> {
  if (all.length === 1) return new Map();
  return new Map(
    all.flatMap(({ graph }) =>
      inputsBy(graph)<VpcInputs>('Vpc').map(({ inputs }) => [inputs.cidr, lastPart(graph.owner)] as const),
    ),
  );
}

/** A way from account to account leads down. Of accounts that use each other, each order is as good. */
function consumersFirst(
  accounts: readonly DrawnAccount[],
  drawables: readonly Drawable[],
  links: readonly Link[],
): DrawnAccount[] {
  const accountOf = new Map(drawables.map(({ graph, account }) => [graph.owner, account]));
  const depthOf = (account: string, seen: readonly string[] = []): number =>
    seen.includes(account)
      ? 0
      : Math.max(
          0,
          ...links
            .filter(({ to }) => accountOf.get(to.owner) === account)
            .map(({ from }) => accountOf.get(from.owner) ?? account)
            .filter((from) => from !== account)
            .map((from) => 1 + depthOf(from, [...seen, account])),
        );
  return [...accounts].sort((a, b) => depthOf(a.name) - depthOf(b.name));
}

/** The first object of a kind that a graph refers to. */
function ownerReferredBy(graph: Graph, kind: string): string | undefined {
  return [...graph.nodes.values()]
    .flatMap(({ inputs }) => referencesIn(inputs))
    .find(({ owner }) => owner !== undefined && kindOf(owner) === kind)?.owner;
}

function kindOf(owner: string): string {
  return owner.split('/')[0] ?? '';
}
