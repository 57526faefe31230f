import type { EcsService } from '../../api/ecs-service.ts';
import type { WebAcl } from '../../api/web-acl.ts';
import type { WebAclRule } from '../../aws/wafv2/rule-words.ts';
import type { GraphNode } from '../../graph/graph.ts';
import { ref } from '../../graph/ref.ts';
import { requireGrantHere } from '../grants.ts';
import type { CompileInput } from '../input.ts';
import { namespaceOf } from '../names.ts';
import type { NodeBuilder, NodeType } from '../nodes.ts';
import type { ServiceNames } from './names.ts';

/** The types of the nodes that AWS WAF adds to a service. */
export const WEB_ACL_NODES: readonly NodeType[] = ['WebAcl', 'WebAclRules', 'WebAclAssociation'];

/** What the rule that limits requests is called. */
const RATE_LIMIT = 'rate-limit';

/**
 * The web ACL of an Application load balancer and that it has it. Where the spec names none, it is taken off one of those that the
 * namespace may name; what others have put there stays. Throws Terminal (`InvalidSpec`, `NotGranted`) for one that it may not name.
 */
export function webAclNodes(
  build: NodeBuilder,
  input: CompileInput<EcsService>,
  names: ServiceNames,
): GraphNode[] {
  const { metadata, spec } = input.object;
  const { loadBalancer: balancer } = spec;
  if (balancer?.type !== 'Application') return [];
  const { webAcl } = balancer;
  const granted = grantedWebAcls(input);
  const onBalancer = (webAclId: string, dependsOn: string[] = []) =>
    build.facet(
      'WebAclAssociation',
      'web-acl-association',
      { loadBalancerId: ref('load-balancer'), webAclId, granted },
      // AWS WAF knows no load balancer that is still being set up.
      { dependsOn, awaits: ['load-balancer'] },
    );
  if (!webAcl) return granted.length === 0 ? [] : [onBalancer('')];
  if (webAcl.arn !== undefined) {
    const named = { what: 'web ACL', arn: webAcl.arn };
    return [onBalancer(requireGrantHere(input, 'spec.loadBalancer.webAcl.arn', named))];
  }
  const description = `Web ACL of EcsService ${namespaceOf(metadata)}/${metadata.name}`;
  return [
    build.thing('WebAcl', 'web-acl', { name: names.webAcl, description }),
    build.facet('WebAclRules', 'web-acl-rules', {
      webAclId: ref('web-acl'),
      description,
      samples: webAcl.sampledRequests === 'Enabled',
      rules: rulesOf(webAcl),
    }),
    // One that lets everything through protects nobody.
    onBalancer(ref('web-acl'), ['web-acl-rules']),
  ];
}

function rulesOf({ rateLimit, managedRuleGroups }: WebAcl): Readonly<Record<string, WebAclRule>> {
  return Object.fromEntries([
    // First of all: what it blocks is not looked at further.
    ...(rateLimit ? [[RATE_LIMIT, { type: 'rate' as const, priority: 0, ...rateLimit }] as const] : []),
    ...managedRuleGroups.map(
      ({ name, priority, version, action, ruleOverrides }) =>
        [
          name,
          {
            type: 'managed' as const,
            group: name,
            priority,
            ...(version !== undefined && { version }),
            isEnforced: action === 'Enforce',
            overrides: Object.fromEntries(ruleOverrides.map((rule) => [rule.name, rule.action])),
          },
        ] as const,
    ),
  ]);
}

/** Patterns of the web ACLs that objects of the namespace may name. */
function grantedWebAcls({ object, account }: CompileInput<EcsService>): string[] {
  return account.grants
    .filter(({ namespaces }) => namespaces.includes(namespaceOf(object.metadata)))
    .flatMap(({ arns }) => arns.filter((arn) => arn.split(':')[2] === 'wafv2'))
    .sort();
}
