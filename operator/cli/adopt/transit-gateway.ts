import { TIER_NAMES, type TierName } from '../../api/endpoints.ts';
import { BROKEN_STATES, type Attachment } from '../../aws/ec2/transit-gateway-attachment.ts';
import { must } from '../../aws/kind.ts';
import type { VpcSurvey } from './survey.ts';
import { onlyTierOf, routesOf, type Placed } from './tiers.ts';
import { nameOf, titled } from './words.ts';

/** The attachment of the VPC to a transit gateway, and the routes to that, as `spec.transitGateway`. */
export interface TransitGatewayDraft {
  /** Undefined where there is none. */
  readonly attachment?: { readonly id: string; readonly spec: object };
  readonly left: readonly string[];
}

/** A SecureVpc has one attachment, with an interface in each subnet of one tier. */
export function transitGatewayIn(survey: VpcSurvey, placed: readonly Placed[]): TransitGatewayDraft {
  const reasons = survey.attachments.map((attachment) => ({
    attachment,
    why: hindrance(attachment, placed),
  }));
  const chosen = reasons.find(({ why }) => why === undefined)?.attachment;
  const left = reasons
    .filter(({ attachment }) => attachment !== chosen)
    .map(({ attachment, why }) => sentence(attachment, why ?? 'a SecureVpc has one'));
  if (!chosen) return { left };
  const { TransitGatewayAttachmentId, TransitGatewayId, SubnetIds = [], Options } = chosen;
  const tier = onlyTierOf(SubnetIds, placed);
  const id = must(TransitGatewayId, 'TransitGatewayId');
  return {
    attachment: {
      id: must(TransitGatewayAttachmentId, 'TransitGatewayAttachmentId'),
      spec: {
        id,
        ...(tier !== 'private' && { tier }),
        routes: routesTo(survey, placed, id),
        ...(Options?.DnsSupport === 'disable' && { dnsSupport: 'Disabled' }),
        ...(Options?.ApplianceModeSupport === 'enable' && { applianceMode: 'Enabled' }),
      },
    },
    left,
  };
}

function hindrance({ State, SubnetIds = [] }: Attachment, placed: readonly Placed[]): string | undefined {
  if (BROKEN_STATES.has(State ?? '')) return `it is ${State}`;
  if (onlyTierOf(SubnetIds, placed) === undefined) return 'its subnets are not those of one tier';
  return undefined;
}

/** What is reached by a transit gateway, each destination with the tiers from which it is. */
function routesTo(survey: VpcSurvey, placed: readonly Placed[], transitGatewayId: string): object[] {
  const tiers = new Map<string, Set<TierName>>();
  for (const { tier, id } of placed)
    for (const { TransitGatewayId, DestinationCidrBlock } of id === undefined ? [] : routesOf(survey, id))
      if (TransitGatewayId === transitGatewayId && DestinationCidrBlock !== undefined)
        tiers.set(DestinationCidrBlock, (tiers.get(DestinationCidrBlock) ?? new Set()).add(tier));
  const inner = [...new Set(placed.map(({ tier }) => tier))].filter((tier) => tier !== 'public');
  const sorted = [...tiers].sort(([one], [other]) => (one < other ? -1 : 1));
  return sorted.map(([destination, from]) => {
    const isUsual = inner.length > 0 && inner.length === from.size && inner.every((tier) => from.has(tier));
    return { destination, ...(!isUsual && { tiers: TIER_NAMES.filter((tier) => from.has(tier)) }) };
  });
}

function sentence(attachment: Attachment, why: string): string {
  const id = titled(attachment.TransitGatewayAttachmentId, nameOf(attachment));
  return `transit-gateway attachment ${id} to ${attachment.TransitGatewayId}: ${why}`;
}
