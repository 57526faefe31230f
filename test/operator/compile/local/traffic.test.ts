import { describe, expect, it } from 'vitest';
import { placeLabels, SERVICE_LABEL } from '../../../../operator/compile/local/labels.ts';
import { lets } from '../../../support/network-policies.ts';
import { compileAll, policiesOf } from './compiled.ts';
import { objectsOf } from './examples.ts';
import { DNS, OUTSIDE, podsOf, stranger, trafficOf } from './traffic.ts';

/** Of everything that listens in either example, of shells, and of what nobody has. */
const PORTS = [22, 80, 443, 3306, 5000, 5432, 6379, 8000, 8080, 32_768, 65_535];

/** Whatever a connection to or from something unprotected is not about. */
const about = (lines: readonly string[], names: readonly string[]) =>
  lines.filter((line) => {
    const [from = '', to = ''] = line.split(' > ').map((end) => end.replace(/ \d+$/u, ''));
    return names.includes(from) || names.includes(to);
  });

describe('what the networks of the platform mean, of every connection of every two pods, strangers and outside', () => {
  const graphs = compileAll(objectsOf('platform'));
  const policies = policiesOf(graphs);
  const pods = podsOf(graphs);
  const forged = {
    ...placeLabels('api-service/api-service', 'ecs'),
    [SERVICE_LABEL]: 'api-consumer.api-consumer',
  };
  const ends = [
    ...pods,
    stranger('api-service'),
    stranger('api-consumer'),
    stranger('elsewhere'),
    stranger('elsewhere', forged, 'one elsewhere who says that it is a service'),
    OUTSIDE,
    DNS,
  ];

  it('lets through what the platform needs, and nothing else', () => {
    const protectedOnes = pods.map(({ name }) => name).filter((name) => name !== 'api-service-dev-data');
    expect(about(trafficOf(policies, ends, PORTS), protectedOnes)).toEqual([
      'api-service > api-service-dev-cluster 5432',
      'api-service > api-service-dev-redis 6379',
      'api-service > api-service-dev-data 8000',
      'api-consumer > api-service 8080',
      'outside > api-service 8080',
    ]);
  });

  it('lets every pod ask for names, over UDP and TCP', () => {
    const asking = pods.filter((pod) =>
      (['UDP', 'TCP'] as const).every((protocol) => lets(policies, pod, DNS, { port: 53, protocol })),
    );
    expect(asking.map(({ name }) => name)).toEqual(pods.map(({ name }) => name));
  });
});

describe('what the network of the portal means, of every connection of every two pods, strangers and outside', () => {
  const graphs = compileAll(objectsOf('portal'));
  const policies = policiesOf(graphs);
  const pods = podsOf(graphs);
  const ends = [...pods, stranger('portal'), stranger('elsewhere'), OUTSIDE, DNS];

  it('lets through what the portal needs, and nothing else', () => {
    const found = about(
      trafficOf(policies, ends, PORTS),
      pods.map(({ name }) => name),
    );
    expect(found).toEqual([
      'backend > portal-dev-instance 3306',
      'outside > backend 5000',
      // The ports from which Docker takes those of containers on instances: what the network lets its load balancers reach.
      'outside > backend 32768',
      'outside > backend 65535',
    ]);
  });
});
