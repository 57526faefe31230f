import type { GraphNode } from '../../../operator/graph/graph.ts';
import { kindRegistry, type Kinds, type NodeKind } from '../../../operator/graph/kind.ts';
import { TAG } from '../../../operator/graph/ownership.ts';
import {
  type Box,
  boxes,
  boxKind,
  type BoxInputs,
  boxNode,
  erased,
  type FakeProvider,
  lidKind,
} from './fake-provider.ts';

export type BoxKind = NodeKind<BoxInputs, Box, FakeProvider>;

/** Boxes of two sorts in one collection, told apart by the node in their tags: stores are those of `store…`. */
const sort = (isStore: boolean): Pick<BoxKind, 'collection'> => ({
  collection: { ...boxes, name: isStore ? 'fake/stores' : 'fake/plain' },
});
export const isStoreBox = (box: Box) => (box.tags[TAG.node] ?? '').startsWith('store');
const isOf = (box: Box, isStore: boolean) => isStoreBox(box) === isStore;
/** Their kinds, with lids of stores. */
export function kindsOf(store: Partial<BoxKind> = {}, plain: Partial<BoxKind> = {}): Kinds<FakeProvider> {
  return kindRegistry<FakeProvider>([
    erased({
      ...boxKind,
      ...sort(true),
      type: 'Store',
      idempotency: 'name',
      stateful: true,
      gone: (box) => !isOf(box, true),
      ...store,
    } satisfies BoxKind),
    erased({ ...boxKind, ...sort(false), gone: (box) => !isOf(box, false), ...plain } satisfies BoxKind),
    erased({ ...lidKind, ...sort(true) }),
  ]);
}
/** A store as a node. */
export const store = (key: string, inputs: Partial<BoxInputs> = {}): GraphNode => ({
  ...boxNode(key, inputs),
  type: 'Store',
});
