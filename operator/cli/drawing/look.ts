import type { Graph } from '../../graph/graph.ts';
import type { Mark, Marks } from './marks.ts';

/** Colours of one sort of thing in a picture. */
export interface Look {
  readonly fill: string;
  readonly line: string;
  readonly text: string;
}

/** Tiers by how near they are to the internet. */
export const TIER_LOOK: Readonly<Record<string, Look>> = {
  public: { fill: '#e8f6ec', line: '#2e9e5b', text: '#14532d' },
  private: { fill: '#e6f0fb', line: '#3b82c4', text: '#123a63' },
  data: { fill: '#f0eafa', line: '#7c5cc4', text: '#3b2170' },
};
export const OTHER_TIER: Look = { fill: '#f3f4f6', line: '#6b7280', text: '#1f2937' };
export const GROUP_LOOK: Look = { fill: '#fff4e5', line: '#d9822b', text: '#6b3a06' };
export const SERVICE_LOOK: Look = { fill: '#e7f7f7', line: '#0e8a8a', text: '#0b4747' };
export const STORE_LOOK: Look = { fill: '#fdf6d8', line: '#a17d07', text: '#4d3c05' };
export const LINK_LOOK: Look = { fill: '#fdeaf3', line: '#c2256b', text: '#6d1140' };
export const PLAIN_LOOK: Look = { fill: '#ffffff', line: '#9aa5b1', text: '#334155' };

/** What a mark looks like; the sign says the same to those who do not see colours. */
export const MARK_LOOK: Readonly<
  Record<Mark, { readonly line: string; readonly sign: string; readonly text: string }>
> = {
  exists: { line: '#2e9e5b', sign: '✓', text: 'exists' },
  create: { line: '#2563eb', sign: '+', text: 'to create' },
  change: { line: '#b45309', sign: '~', text: 'to change' },
  replace: { line: '#a21caf', sign: '±', text: 'to replace' },
  delete: { line: '#dc2626', sign: '−', text: 'to delete' },
  wait: { line: '#6b7280', sign: '…', text: 'waiting' },
};

/** How a network that may connect is called. */
export function nameOfNetwork(cidr: string): string {
  return cidr === '0.0.0.0/0' ? 'Internet' : cidr;
}

const SERVICE_NAMES: Readonly<Record<string, string>> = { s3: 'S3', dynamodb: 'DynamoDB' };

/** How a service of AWS is called that a network reaches through a gateway. */
export function nameOfService(service: string): string {
  return `Amazon ${SERVICE_NAMES[service] ?? service}`;
}

/** What lies behind a key in a route table. */
export function nameOfRoute({ to, via }: { readonly to: string; readonly via: string }): string {
  if (via.startsWith('nat-gateway/')) return `${to} → NAT gateway ${via.slice('nat-gateway/'.length)}`;
  return via === 'internet-gateway'
    ? `${to} → internet gateway`
    : via === `endpoint/${to}`
      ? `${to} → gateway endpoint`
      : `${to} → ${via === 'transit-gateway-attachment' ? 'transit gateway' : via}`;
}

/** Of an ARN what names the thing: `service/api-cluster/api`. */
export function shortId(id: string): string {
  return id.startsWith('arn:') ? id.split(':').slice(5).join(':') : id;
}

/** The marks that occur in a drawing, for its legend, in a fixed order. */
export function presentMarks(drawn: readonly { readonly graph: Graph; readonly marks: Marks }[]): Mark[] {
  const present = new Set(
    drawn.flatMap(({ graph, marks }) => [
      ...[...graph.nodes.keys()].map((node) => marks.of(node)),
      ...(marks.leaving.length > 0 ? ['delete' as const] : []),
    ]),
  );
  return (Object.keys(MARK_LOOK) as Mark[]).filter((mark) => present.has(mark));
}
