import type { DynamoDb } from '../../api/data-store/dynamodb.ts';
import type { TableScaling } from '../../api/data-store/table-scaling.ts';
import type { Capacity, WantedUnits } from '../../aws/dynamodb/table-inputs.ts';
import type { GraphNode } from '../../graph/graph.ts';
import { ref } from '../../graph/ref.ts';
import { byName } from '../names.ts';
import type { NodeBuilder, NodeType } from '../nodes.ts';

/** The types of what scales a table. */
export const TABLE_SCALING_NODES: readonly NodeType[] = ['ScalableTarget', 'ScalingPolicies'];

const METRICS = {
  read: 'DynamoDBReadCapacityUtilization',
  write: 'DynamoDBWriteCapacityUtilization',
} as const;

type Index = DynamoDb['globalIndexes'][number];

/** The units of a table; undefined where requests are paid for one by one. */
export function unitsOfTable({ billing }: DynamoDb): WantedUnits | undefined {
  const { readUnits, writeUnits, autoscaling } = billing;
  if (readUnits === undefined || writeUnits === undefined) return undefined;
  return {
    read: capacityOf(readUnits, autoscaling?.read),
    write: capacityOf(writeUnits, autoscaling?.write),
  };
}

/** The units of an index: what it has of its own, else what the table has. */
export function unitsOfIndex(spec: DynamoDb, index: Index): WantedUnits | undefined {
  const { readUnits, writeUnits } = spec.billing;
  if (readUnits === undefined || writeUnits === undefined) return undefined;
  const { read, write } = scalingOf(spec, index);
  return {
    read: capacityOf(index.readUnits ?? readUnits, read),
    write: capacityOf(index.writeUnits ?? writeUnits, write),
  };
}

/** What has AWS set the units of a table and of its indexes; nothing where the spec does. */
export function tableScalingNodes(build: NodeBuilder, spec: DynamoDb): GraphNode[] {
  const tableArn = ref('table-settings');
  return [
    ...scalersOf(build, spec.billing.autoscaling, tableArn, ''),
    ...byName(spec.globalIndexes).flatMap((index) =>
      scalersOf(build, scalingOf(spec, index), `${tableArn}/index/${index.name}`, `/${index.name}`),
    ),
  ];
}

/** Units of its own keep an index from being scaled as its table is. */
function scalingOf({ billing }: DynamoDb, { readUnits, writeUnits, autoscaling }: Index): TableScaling {
  const { read, write } = billing.autoscaling ?? {};
  return {
    read: autoscaling?.read ?? (readUnits === undefined ? read : undefined),
    write: autoscaling?.write ?? (writeUnits === undefined ? write : undefined),
  };
}

function capacityOf(initial: number, bounds: TableScaling['read']): Capacity {
  return bounds ? { initial, min: bounds.minUnits, max: bounds.maxUnits } : initial;
}

function scalersOf(
  build: NodeBuilder,
  scaling: TableScaling | undefined,
  resource: string,
  suffix: string,
): GraphNode[] {
  return (['read', 'write'] as const).flatMap((capacity) => {
    const bounds = scaling?.[capacity];
    if (!bounds) return [];
    const target = `${capacity}-capacity${suffix}`;
    return [
      build.thing('ScalableTarget', target, {
        resource,
        capacity,
        minCapacity: bounds.minUnits,
        maxCapacity: bounds.maxUnits,
        scheduled: [],
      }),
      build.facet('ScalingPolicies', `${capacity}-scaling${suffix}`, {
        scalableTargetId: ref(target),
        policies: {
          utilization: {
            metric: METRICS[capacity],
            targetValue: bounds.targetPercent,
            scaleOutCooldownSeconds: 0,
            scaleInCooldownSeconds: 0,
          },
        },
      }),
    ];
  });
}
