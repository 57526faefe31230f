import { AssociateWebACLCommand } from '@aws-sdk/client-wafv2';
import { matchesArn } from '../../api/arn-pattern.ts';
import { Terminal } from '../../errors.ts';
import { READY, type Wrote } from '../../graph/kind.ts';
import { onOurs } from '../elbv2/shared.ts';
import type { AwsKind } from '../kind.ts';
import { reads } from '../permissions.ts';
import type { AwsSession } from '../session.ts';
import { BALANCERS, isOf, takeOff, TAKES_OFF, WEB_ACLS } from './shared.ts';
import { webAclAssociations, webAclOf, type WebAclOfBalancer } from './web-acl-associations.ts';

export interface WebAclAssociationInputs {
  /** The ARN of the load balancer. */
  readonly loadBalancerId: string;
  /** The ARN of the web ACL that it is to have; empty for none. */
  readonly webAclId: string;
  /** Patterns of ARNs of the web ACLs that the object may name, and that another one may take the place of. */
  readonly granted: readonly string[];
}

/**
 * The web ACL of a load balancer, which has one at most. One that others have put there, such as Firewall Manager, is left where it
 * is: whoever replaced it would take a protection away that somebody counts on.
 */
export const webAclAssociationKind: AwsKind<WebAclAssociationInputs, WebAclOfBalancer> = {
  type: 'WebAclAssociation',
  collection: webAclAssociations,
  idempotency: 'natural',
  iam: [
    // Which web ACLs a grant covers no policy knows: what may get one bounds it.
    { action: 'wafv2:AssociateWebACL', on: 'anything', resource: WEB_ACLS },
    { action: 'wafv2:AssociateWebACL', on: 'anything', resource: BALANCERS },
    ...onOurs('CreateWebACLAssociation'),
    ...TAKES_OFF,
    ...reads('wafv2:ListTagsForResource'),
  ],
  after: [],

  find: (view, inputs) => view.get(inputs.loadBalancerId),
  diff({ webAclId, granted }, record) {
    const from = record?.webAclArn ?? '';
    if (from === webAclId) return [];
    if (webAclId !== '') return [{ path: 'webAclId', ...(from !== '' && { from }), to: webAclId }];
    return isGranted(granted, from) ? [{ path: 'webAclId', from }] : [];
  },
  state: () => READY,
  outputs: (record) => ({ id: record.loadBalancerArn }),
  gone: () => false,
  needs: (record) => [record.loadBalancerArn, ...(record.webAclArn === '' ? [] : [record.webAclArn])],

  // What is known of it may be half an hour old, and AssociateWebACL asks nobody before it replaces one.
  async update({ session, owner, wrote }, { loadBalancerId, webAclId, granted }) {
    const now = (await webAclOf(session, loadBalancerId)) ?? '';
    const mayGo = async () => now === '' || isGranted(granted, now) || (await isOf(session, now, owner));
    if (now === webAclId || (webAclId === '' && !isGranted(granted, now)))
      return noted(wrote, loadBalancerId, now);
    if (webAclId === '') await takeOff(session, loadBalancerId);
    else if (await mayGo())
      await session.wafv2.send(
        new AssociateWebACLCommand({ ResourceArn: loadBalancerId, WebACLArn: webAclId }),
      );
    else
      throw new Terminal(
        'NameTaken',
        `load balancer ${loadBalancerId} has web ACL ${now}, which is not of ${owner} and which no grant of the Account covers; take it off (aws wafv2 disassociate-web-acl) and ${webAclId} takes its place, or take spec.loadBalancer.webAcl away`,
      );
    noted(wrote, loadBalancerId, webAclId);
  },
};

function noted(wrote: Wrote<AwsSession>, loadBalancerArn: string, webAclArn: string): void {
  wrote(webAclAssociations, loadBalancerArn, () => ({ loadBalancerArn, webAclArn }));
}

function isGranted(granted: readonly string[], arn: string): boolean {
  return granted.some((pattern) => matchesArn(pattern, arn));
}
