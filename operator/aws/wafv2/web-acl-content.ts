import { GetWebACLCommand, type WebACL } from '@aws-sdk/client-wafv2';
import { isNotFound } from '../errors.ts';
import { must, type AwsCollection } from '../kind.ts';
import { reads } from '../permissions.ts';

/** What a web ACL does, with the token that says of which moment that is. */
export type WebAclContent = WebACL & { readonly LockToken: string };

/**
 * What web ACLs do, which AWS tells of one a call. A listing shows another lock token as soon as anybody has changed one, so it
 * is read again then.
 */
export const webAclContents: AwsCollection<WebAclContent> = {
  name: 'wafv2/web-acl-contents',
  lane: 'slow',
  scope: 'region',
  iam: reads('wafv2:GetWebACL'),
  parent: 'wafv2/web-acls',
  stirredBy: 'wafv2/web-acls',
  async *list() {},
  async get(session, arns) {
    const found: WebAclContent[] = [];
    for (const ARN of arns) {
      try {
        const { WebACL: acl, LockToken } = await session.wafv2.send(new GetWebACLCommand({ ARN }));
        found.push({ ...must(acl, 'WebACL'), LockToken: must(LockToken, 'LockToken') });
      } catch (error) {
        if (!isNotFound(error)) throw error;
      }
    }
    return found;
  },
  id: (record) => must(record.ARN, 'ARN'),
  tags: () => ({}),
};

/** What a web ACL is made with: nothing is blocked yet, and nothing kept. */
export function newContent(Name: string, Description: string) {
  return {
    Name,
    Description,
    DefaultAction: { Allow: {} },
    VisibilityConfig: {
      MetricName: Name,
      CloudWatchMetricsEnabled: true,
      SampledRequestsEnabled: false,
    },
    Rules: [],
  };
}
