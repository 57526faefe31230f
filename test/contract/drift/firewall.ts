import * as waf from '@aws-sdk/client-wafv2';
import { ownershipTags } from '../../../operator/graph/ownership.ts';
import { eventuallyTaken } from '../../support/eventually.ts';
import { type Case, type Cases, type DriftCase, type DriftContext, id } from './case.ts';

/** The nodes of an EcsService behind a web ACL of its own. */
const ACL = 'web-acl';
const RULES = 'web-acl-rules';
const ASSOCIATION = 'web-acl-association';
const OWNER = 'EcsService/portal/edge';
const Scope = 'REGIONAL';

/** All that an update of the web ACL has to say for it to stay as it is. */
async function contentOf(at: DriftContext): Promise<waf.UpdateWebACLCommandInput> {
  const { WebACL, LockToken } = await at.wafv2.send(new waf.GetWebACLCommand({ ARN: id(at, ACL) }));
  if (!WebACL) throw new Error('there is no web ACL');
  const { Name, Id, Description, DefaultAction, VisibilityConfig, Rules } = WebACL;
  return { Name, Id, Scope, LockToken, Description, DefaultAction, VisibilityConfig, Rules };
}

type Rules = readonly waf.Rule[];
const updated = (
  change: (now: waf.UpdateWebACLCommandInput) => Partial<waf.UpdateWebACLCommandInput>,
): DriftCase => ({
  node: RULES,
  // It is read whenever its lock token changes, and each time that it may have.
  refreshes: 4,
  async drift(at) {
    const now = await contentOf(at);
    await at.wafv2.send(new waf.UpdateWebACLCommand({ ...now, ...change(now) }));
  },
});
const rules = (change: (now: Rules) => waf.Rule[]): DriftCase =>
  updated(({ Rules = [] }) => ({ Rules: change(Rules) }));

const isLimit = ({ Statement }: waf.Rule) => Statement?.RateBasedStatement !== undefined;

function aclTags(): Record<string, Case> {
  const set = (Key: string, Value: string): DriftCase => ({
    node: ACL,
    drift: async (at) =>
      void (await at.wafv2.send(
        new waf.TagResourceCommand({ ResourceARN: id(at, ACL), Tags: [{ Key, Value }] }),
      )),
  });
  return {
    'tags missing': {
      node: ACL,
      drift: async (at) =>
        void (await at.wafv2.send(
          new waf.UntagResourceCommand({ ResourceARN: id(at, ACL), TagKeys: ['project'] }),
        )),
    },
    'tags extra': set('stray', 'yes'),
    'tags changed': set('project', 'somebody-else'),
  };
}

async function takenOff(at: DriftContext): Promise<void> {
  await at.wafv2.send(new waf.DisassociateWebACLCommand({ ResourceArn: id(at, 'load-balancer') }));
}

/** A web ACL that is the service's and that nothing in its spec wants. */
export async function strayAcl(at: DriftContext): Promise<string> {
  const Name = 'stray';
  const Tags = Object.entries(ownershipTags('local', OWNER, 'orphan'));
  const made = await at.wafv2.send(
    new waf.CreateWebACLCommand({
      Name,
      Scope,
      DefaultAction: { Allow: {} },
      VisibilityConfig: { MetricName: Name, CloudWatchMetricsEnabled: true, SampledRequestsEnabled: false },
      Tags: Tags.map(([Key, Value]) => ({ Key, Value })),
    }),
  );
  return made.Summary?.ARN ?? '';
}

/** For kinds of AWS WAF, as `driftCases` has them for a network's. */
export const firewallCases: Cases = {
  WebAcl: {
    ...aclTags(),
    deleted: {
      node: ACL,
      async drift(at) {
        await takenOff(at);
        const { Name, Id, LockToken } = await contentOf(at);
        await at.wafv2.send(new waf.DeleteWebACLCommand({ Name, Id, Scope, LockToken }));
      },
    },
  },
  WebAclRules: {
    'description changed': updated(() => ({ Description: 'theirs' })),
    'defaultAction changed': updated(() => ({ DefaultAction: { Block: {} } })),
    'visibility changed': updated(({ VisibilityConfig }) => ({
      VisibilityConfig: VisibilityConfig && { ...VisibilityConfig, CloudWatchMetricsEnabled: false },
    })),
    'rules[*] missing': rules((now) => now.filter((rule) => !isLimit(rule))),
    'rules[*] extra': rules((now) => [
      ...now,
      ...now.filter(isLimit).map((rule) => ({ ...rule, Name: 'stray', Priority: 99 })),
    ]),
    'rules[*] changed': rules((now) =>
      now.map((rule) => (isLimit(rule) ? { ...rule, Action: { Count: {} } } : rule)),
    ),
  },
  WebAclAssociation: {
    // What is known of it may be old, so it is read once more before it is written.
    'webAclId missing': { node: ASSOCIATION, refreshes: 3, drift: takenOff },
    'webAclId changed': {
      node: ASSOCIATION,
      refreshes: 3,
      unseen: true,
      async drift(at) {
        const WebACLArn = await strayAcl(at);
        const ResourceArn = id(at, 'load-balancer');
        await eventuallyTaken('the web ACL is known everywhere', () =>
          at.wafv2.send(new waf.AssociateWebACLCommand({ ResourceArn, WebACLArn })),
        );
      },
    },
  },
};
