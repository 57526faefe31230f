import { describe, expect, it } from 'vitest';
import { orderDeletes, type Doomed } from '../../../operator/graph/deletion.ts';

const thing = (id: string, type: string, needs: string[] = [], after: string[] = []): Doomed => ({
  id,
  type,
  needs,
  after,
});

describe('deletes', () => {
  it('begin with what uses others, and respect the kinds that have to go first', () => {
    const ordered = orderDeletes([
      thing('vpc-1', 'Vpc'),
      thing('igw-1', 'Gateway', ['vpc-1'], ['Subnet']),
      thing('subnet-1', 'Subnet', ['vpc-1'], ['Endpoint']),
      thing('vpce-1', 'Endpoint', ['vpc-1', 'subnet-1']),
    ]);
    expect(ordered.map(({ id }) => id)).toEqual(['vpce-1', 'subnet-1', 'igw-1', 'vpc-1']);
    expect(ordered.find(({ id }) => id === 'vpc-1')?.waitsFor.toSorted()).toEqual([
      'igw-1',
      'subnet-1',
      'vpce-1',
    ]);
  });

  it('wait for nothing that is not deleted with them', () => {
    expect(orderDeletes([thing('subnet-1', 'Subnet', ['vpc-1'], ['Endpoint'])])).toEqual([
      { id: 'subnet-1', type: 'Subnet', waitsFor: [] },
    ]);
  });

  it('are refused where each needs another to go first, naming them', () => {
    const circle = [
      thing('sg-1', 'Group', ['sg-2']),
      thing('sg-2', 'Group', ['sg-1']),
      thing('vpc-1', 'Vpc'),
    ];
    expect(() => orderDeletes(circle)).toThrow(
      'no order to delete sg-1, sg-2: each needs another to go first',
    );
  });
});
