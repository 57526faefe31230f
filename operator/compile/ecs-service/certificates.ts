import type { CertificateSpec } from '../../api/domain-names.ts';
import type { EcsService } from '../../api/ecs-service.ts';
import type { Listener, LoadBalancer } from '../../api/load-balancer.ts';
import type { LoadBalancerInputs } from '../../aws/elbv2/load-balancer.ts';
import { Terminal } from '../../errors.ts';
import type { GraphNode } from '../../graph/graph.ts';
import { ref } from '../../graph/ref.ts';
import { requireCertificate, requireHostedZone } from '../certificates.ts';
import type { CompileInput } from '../input.ts';
import type { NodeBuilder, NodeType } from '../nodes.ts';

/** The types of the nodes that domain names add to a service. */
export const CERTIFICATE_NODES: readonly NodeType[] = [
  'Certificate',
  'CertificateRecords',
  'CertificateValidation',
  'LoadBalancerName',
];

/** What a listener has of its certificate. */
interface ListenerCertificate {
  /** Empty where it has none. */
  readonly arn: string;
  /** The nodes that have to be usable before. */
  readonly awaits: readonly string[];
}

/**
 * The certificates that are made for the listeners, each with the records that prove its names. Throws Terminal (`InvalidSpec`,
 * `NotGranted`).
 */
export function certificateNodes(
  build: NodeBuilder,
  input: CompileInput<EcsService>,
  { listeners }: LoadBalancer,
): GraphNode[] {
  return madeFor(listeners).flatMap(({ field, certificate }) => {
    const { domainName, subjectAlternativeNames = [], hostedZoneId } = certificate;
    requireHostedZone(input, `${field}.hostedZoneId`, hostedZoneId);
    const key = keyOf(domainName);
    const certificateArn = ref(`certificate/${key}`);
    return [
      build.thing('Certificate', `certificate/${key}`, {
        domainName,
        subjectAlternativeNames: [...subjectAlternativeNames].sort(),
        hostedZoneId,
      }),
      build.facet('CertificateRecords', `certificate-record/${key}`, { certificateArn, hostedZoneId }),
      build.facet(
        'CertificateValidation',
        `certificate-validation/${key}`,
        { certificateArn },
        { dependsOn: [`certificate-record/${key}`] },
      ),
    ];
  });
}

/** The certificate of a listener: one that exists, or one that is made. Throws Terminal (`InvalidSpec`, `NotGranted`). */
export function certificateOf(
  input: CompileInput<EcsService>,
  { port, certificateArn, certificate }: Listener,
): ListenerCertificate {
  if (certificate) {
    const key = keyOf(certificate.domainName);
    return { arn: ref(`certificate/${key}`), awaits: [`certificate/${key}`] };
  }
  if (certificateArn === undefined) return { arn: '', awaits: [] };
  return { arn: requireCertificate(input, `${fieldOf(port)}.certificateArn`, certificateArn), awaits: [] };
}

/** What a load balancer itself has of its domain name. Throws Terminal (`NotGranted`). */
export function servedName(
  input: CompileInput<EcsService>,
  { domainName }: LoadBalancer,
): Pick<LoadBalancerInputs, 'servedName'> {
  if (!domainName) return {};
  const { name, hostedZoneId } = domainName;
  requireHostedZone(input, 'spec.loadBalancer.domainName.hostedZoneId', hostedZoneId);
  return { servedName: `${hostedZoneId} ${keyOf(name)}` };
}

/** The record by which a domain name leads to the load balancer; nothing where the spec has no name. */
export function loadBalancerNameNodes(
  build: NodeBuilder,
  name: Pick<LoadBalancerInputs, 'servedName'>,
): GraphNode[] {
  if (name.servedName === undefined) return [];
  return [
    build.facet('LoadBalancerName', 'load-balancer-name', {
      loadBalancerId: ref('load-balancer'),
      servedName: name.servedName,
      dnsName: ref('load-balancer', 'dnsName'),
      dnsZoneId: ref('load-balancer', 'hostedZoneId'),
    }),
  ];
}

/** One for each first name: two listeners that say the same have the same. */
function madeFor(listeners: readonly Listener[]): { field: string; certificate: CertificateSpec }[] {
  const made = new Map<string, { field: string; certificate: CertificateSpec }>();
  for (const { port, certificate } of listeners) {
    if (!certificate) continue;
    const field = `${fieldOf(port)}.certificate`;
    const other = made.get(certificate.domainName);
    if (other && textOf(other.certificate) !== textOf(certificate))
      throw new Terminal(
        'InvalidSpec',
        `${field} has domainName ${certificate.domainName} as ${other.field}, and is not the same otherwise: say the same in both, or put another name first`,
      );
    if (!other) made.set(certificate.domainName, { field, certificate });
  }
  return [...made.values()];
}

function textOf({ domainName, subjectAlternativeNames = [], hostedZoneId }: CertificateSpec): string {
  return [hostedZoneId, domainName, ...[...subjectAlternativeNames].sort()].join(' ');
}

function fieldOf(port: number): string {
  return `spec.loadBalancer.listeners[${port}]`;
}

/** Tags take no star, and no name of a spec has a label that begins with `_`. */
function keyOf(domainName: string): string {
  return domainName.replace(/^\*\./, '_.');
}
