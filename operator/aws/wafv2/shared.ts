import {
  DisassociateWebACLCommand,
  ListResourcesForWebACLCommand,
  ListTagsForResourceCommand,
  type Tag,
} from '@aws-sdk/client-wafv2';
import type { Permission } from '../../graph/kind.ts';
import { ownerTag, TAG } from '../../graph/ownership.ts';
import { onOurs } from '../elbv2/shared.ts';
import { isNotFound, unlessGone } from '../errors.ts';
import { reads } from '../permissions.ts';
import type { AwsSession } from '../session.ts';
import { tagsOf } from '../tags.ts';

/** Of everything that is not CloudFront's. */
export const SCOPE = 'REGIONAL';

/** Every web ACL of the region: names are such as others may have as well, so that tags bound what may be done. */
export const WEB_ACLS = 'wafv2:{region}:{account}:regional/webacl/*';
/** What a web ACL can be put on here. */
export const BALANCERS = 'elasticloadbalancing:{region}:{account}:loadbalancer/app/*';

/**
 * Taking a web ACL off a load balancer of ours, whosever it is. AWS asks Elastic Load Balancing's side by two names, an older and
 * a newer one: AWS WAF Developer Guide, "Permissions for AssociateWebACL", and Service Authorization Reference, DisassociateWebACL.
 */
export const TAKES_OFF: readonly Permission[] = [
  { action: 'wafv2:DisassociateWebACL', on: 'anything', resource: BALANCERS },
  ...onOurs('DeleteWebACLAssociation', 'SetWebACL'),
];

/** What {@link balancersWith} needs; Elastic Load Balancing asks beside AWS WAF. */
export const USE_ACTIONS = reads(
  'elasticloadbalancing:DescribeWebACLAssociation',
  'wafv2:ListResourcesForWebACL',
);

/** Takes whatever web ACL it has off a load balancer; that there is none, or no load balancer, is success. */
export async function takeOff(session: AwsSession, ResourceArn: string): Promise<void> {
  await unlessGone(session.wafv2.send(new DisassociateWebACLCommand({ ResourceArn })));
}

/** The ARNs of the load balancers that have a web ACL. */
export async function balancersWith(session: AwsSession, WebACLArn: string): Promise<string[]> {
  const answer = await session.wafv2.send(
    new ListResourcesForWebACLCommand({ WebACLArn, ResourceType: 'APPLICATION_LOAD_BALANCER' }),
  );
  return answer.ResourceArns ?? [];
}

/** The tags of a web ACL; undefined where there is none. A thing has at most 50 tags, and a page holds 100. */
export async function readTags(session: AwsSession, ResourceARN: string): Promise<Tag[] | undefined> {
  try {
    const answer = await session.wafv2.send(new ListTagsForResourceCommand({ ResourceARN }));
    return answer.TagInfoForResource?.TagList ?? [];
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** Whether a web ACL carries this owner's tag. */
export async function isOf(session: AwsSession, arn: string, owner: string): Promise<boolean> {
  const Tags = await readTags(session, arn);
  return Tags !== undefined && tagsOf({ Tags })[TAG.owner] === ownerTag(owner);
}
