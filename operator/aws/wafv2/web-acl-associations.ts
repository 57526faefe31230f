import { GetWebACLForResourceCommand } from '@aws-sdk/client-wafv2';
import { isNotFound } from '../errors.ts';
import type { AwsCollection } from '../kind.ts';
import { reads } from '../permissions.ts';
import type { AwsSession } from '../session.ts';

/** Which web ACL a load balancer has. */
export interface WebAclOfBalancer {
  readonly loadBalancerArn: string;
  /** Empty for none. */
  readonly webAclArn: string;
}

/** Which web ACLs load balancers have. AWS tells it of one a call, and once a second; a Network load balancer has none ever. */
export const webAclAssociations: AwsCollection<WebAclOfBalancer> = {
  name: 'wafv2/web-acl-associations',
  lane: 'slow',
  scope: 'region',
  // Elastic Load Balancing asks beside AWS WAF: Service Authorization Reference, GetWebACLForResource.
  iam: reads('elasticloadbalancing:GetLoadBalancerWebACL', 'wafv2:GetWebACLForResource'),
  parent: 'elbv2/load-balancers',
  async *list() {},
  async get(session, arns) {
    const found: WebAclOfBalancer[] = [];
    for (const loadBalancerArn of arns.filter((arn) => arn.includes(':loadbalancer/app/'))) {
      const webAclArn = await webAclOf(session, loadBalancerArn);
      if (webAclArn !== undefined) found.push({ loadBalancerArn, webAclArn });
    }
    return found;
  },
  id: (record) => record.loadBalancerArn,
  tags: () => ({}),
};

/** The ARN of the web ACL that a load balancer has, empty for none; undefined where there is no such load balancer. */
export async function webAclOf(session: AwsSession, ResourceArn: string): Promise<string | undefined> {
  try {
    const answer = await session.wafv2.send(new GetWebACLForResourceCommand({ ResourceArn }));
    return answer.WebACL?.ARN ?? '';
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}
