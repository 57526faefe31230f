import { describe, expect, it } from 'vitest';
import { isUnresolved, printable, ref, referencesIn, resolve } from '../../../operator/graph/ref.ts';

const inputs = {
  vpcId: ref('vpc'),
  subnets: [ref('subnet/private-a'), 'subnet-9'],
  policy: `{"Resource":"${ref('role/flow-logs', 'arn')}"}`,
  count: 2,
  nothing: null,
};

describe('references', () => {
  it('are found at any depth and inside longer text, in order', () => {
    expect(referencesIn(inputs)).toEqual([
      { node: 'vpc', output: 'id' },
      { node: 'subnet/private-a', output: 'id' },
      { node: 'role/flow-logs', output: 'arn' },
    ]);
  });

  it('are replaced by what is known; the rest stays a reference', () => {
    const known = new Map([
      ['vpc', 'vpc-1'],
      ['role/flow-logs', 'arn:aws:iam::1:role/x'],
    ]);
    const resolved = resolve(inputs, ({ node }) => known.get(node));
    expect(resolved).toEqual({
      ...inputs,
      vpcId: 'vpc-1',
      policy: '{"Resource":"arn:aws:iam::1:role/x"}',
    });
    expect(isUnresolved(resolved)).toBe(true);
    expect(isUnresolved(resolve(resolved, () => 'subnet-1'))).toBe(false);
  });

  it('keep dots in the name of a node', () => {
    expect(referencesIn(ref('endpoint/ecr.api', 'dnsName'))).toEqual([
      { node: 'endpoint/ecr.api', output: 'dnsName' },
    ]);
  });

  it('read ${node.output} in print, and leave such text of a person alone', () => {
    expect(printable(inputs).subnets).toEqual(['${subnet/private-a.id}', 'subnet-9']);
    expect(isUnresolved('${vpc.id}')).toBe(false);
  });
});
