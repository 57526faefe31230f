import { describe, expect, it } from 'vitest';
import {
  cacheParameters,
  cacheParametersKind as kind,
} from '../../../../operator/aws/elasticache/parameters.ts';
import { contextOf, refusal } from '../elbv2/elb.ts';
import { cacheSession } from './cache.ts';

const arn = 'arn:aws:elasticache:eu-central-1:111111111111:parametergroup:web';
const many = (count: number, value: string) =>
  Object.fromEntries(
    Array.from({ length: count }, (_, index) => [`p${String(index).padStart(2, '0')}`, value]),
  );

describe('parameters of a cache', () => {
  it('are written twenty a call, and those that nobody wants are reset', async () => {
    const { session, calls } = cacheSession();
    const record = { arn, parameters: { ...many(25, 'old'), stray: 'yes' } };
    const context = contextOf(session, record);
    const wanted = { arn, parameters: many(25, 'new') };
    await kind.update(context, wanted, record, kind.diff(wanted, record));
    expect(calls.map((call) => [call.split(' ')[0], call.split('"ParameterName"').length - 1])).toEqual([
      ['ModifyCacheParameterGroup', 20],
      ['ModifyCacheParameterGroup', 5],
      ['ResetCacheParameterGroup', 1],
    ]);
    expect(kind.diff(wanted, context.laid())).toEqual([]);
  });

  it('of a group that is gone differ in nothing', async () => {
    const { session } = cacheSession(() => {
      throw refusal('CacheParameterGroupNotFound');
    });
    const [gone] = await cacheParameters.get(session, [arn]);
    expect(kind.diff({ arn, parameters: { timeout: '1' } }, gone)).toEqual([]);
  });
});
