import { describe, expect, it } from 'vitest';
import type { LoadBalancerInputs } from '../../../operator/aws/elbv2/load-balancer.ts';
import type { ListenerInputs } from '../../../operator/aws/elbv2/listener.ts';
import { CERTIFICATE_NODES } from '../../../operator/compile/ecs-service/certificates.ts';
import { compileEcsService } from '../../../operator/compile/ecs-service/ecs-service.ts';
import type { Graph } from '../../../operator/graph/graph.ts';
import { printable } from '../../../operator/graph/ref.ts';
import { account, inputsOf, nodeOf, refusal } from './fixtures.ts';
import { inputWith, networkWith } from './service-input.ts';

const ZONE = 'Z0123456789ABCDEFGHIJ';
const network = networkWith({
  tiers: [{ name: 'public' }, { name: 'private' }],
  securityGroups: { ecs: {} },
});
const certificate = (more: object = {}) => ({ domainName: 'shop.example.com', hostedZoneId: ZONE, ...more });
const secure = (port: number, made: object) => ({ port, protocol: 'HTTPS', certificate: made });

function compile(loadBalancer: object, zones = [ZONE]): Graph {
  const arns = zones.map((id) => `arn:aws:route53:::hostedzone/${id}`);
  const grants = arns.length === 0 ? [] : [{ name: 'zones', namespaces: ['web'], arns }];
  const input = inputWith(
    {
      task: { containers: [{ name: 'app', image: 'app:1', ports: [{ port: 8080 }] }] },
      loadBalancer: { type: 'Application', scheme: 'InternetFacing', ...loadBalancer },
    },
    { network },
  );
  return compileEcsService({ ...input, account: account({ grants }) });
}
const shown = <I extends object>(graph: Graph, key: string) => printable(inputsOf<I>(graph, key));
const keysOf = (graph: Graph) =>
  [...graph.nodes.values()]
    .filter(({ type }) => (CERTIFICATE_NODES as readonly string[]).includes(type))
    .map(({ key }) => key);

describe('a certificate that is made', () => {
  it('comes with the records that prove it, and the listener awaits that it is issued', () => {
    const names = ['www.example.com', '*.shop.example.com'];
    const graph = compile({ listeners: [secure(443, certificate({ subjectAlternativeNames: names }))] });
    expect(keysOf(graph)).toEqual([
      'certificate/shop.example.com',
      'certificate-record/shop.example.com',
      'certificate-validation/shop.example.com',
    ]);
    expect(shown(graph, 'certificate/shop.example.com')).toEqual({
      domainName: 'shop.example.com',
      subjectAlternativeNames: ['*.shop.example.com', 'www.example.com'],
      hostedZoneId: ZONE,
    });
    expect(shown<ListenerInputs>(graph, 'listener/443')).toMatchObject({
      certificateArn: '${certificate/shop.example.com.id}',
      sslPolicy: 'ELBSecurityPolicy-TLS13-1-2-2021-06',
    });
    expect(nodeOf(graph, 'listener/443').awaits).toEqual(['certificate/shop.example.com']);
  });

  it('has a key that AWS takes as a tag, also where its name has a star', () => {
    const graph = compile({ listeners: [secure(443, certificate({ domainName: '*.example.com' }))] });
    expect(keysOf(graph)[0]).toBe('certificate/_.example.com');
  });

  it('serves all listeners that say the same, and is refused where they do not', () => {
    const [one, same] = [
      ['a.example.com', 'b.example.com'],
      ['b.example.com', 'a.example.com'],
    ].map((names) => certificate({ subjectAlternativeNames: names }));
    const graph = compile({ listeners: [secure(443, one ?? {}), secure(8443, same ?? {})] });
    expect(keysOf(graph)).toHaveLength(3);
    const { reason, message } = refusal(() =>
      compile({ listeners: [secure(443, certificate()), secure(8443, one ?? {})] }),
    );
    expect([reason, message]).toEqual([
      'InvalidSpec',
      'spec.loadBalancer.listeners[8443].certificate has domainName shop.example.com as spec.loadBalancer.listeners[443].certificate, and is not the same otherwise: say the same in both, or put another name first',
    ]);
  });
});

describe('a domain name', () => {
  const named = (name: string) => ({
    domainName: { name, hostedZoneId: ZONE },
    listeners: [{ port: 80, protocol: 'HTTP' }],
  });

  it('is noted by the load balancer, and has a record of its own', () => {
    const graph = compile(named('*.shop.example.com'));
    expect(keysOf(graph)).toEqual(['load-balancer-name']);
    const servedName = `${ZONE} _.shop.example.com`;
    expect(shown<LoadBalancerInputs>(graph, 'load-balancer')).toMatchObject({ servedName });
    expect(shown(graph, 'load-balancer-name')).toEqual({
      loadBalancerId: '${load-balancer.id}',
      servedName,
      dnsName: '${load-balancer.dnsName}',
      dnsZoneId: '${load-balancer.hostedZoneId}',
    });
  });

  it('is refused in a zone that nobody has granted, as a certificate is', () => {
    const of = (loadBalancer: object) => refusal(() => compile(loadBalancer, ['ZOTHER']));
    expect(of(named('shop.example.com'))).toMatchObject({
      reason: 'NotGranted',
      message: expect.stringMatching(
        /^spec\.loadBalancer\.domainName\.hostedZoneId names arn:aws:route53:::hostedzone\/Z0123456789ABCDEFGHIJ, which no grant of Account main covers/,
      ),
    });
    expect(of({ listeners: [secure(443, certificate())] })).toMatchObject({
      reason: 'NotGranted',
      message: expect.stringMatching(
        /^spec\.loadBalancer\.listeners\[443\]\.certificate\.hostedZoneId names /,
      ),
    });
  });
});
