import { describe, expect, it } from 'vitest';
import type { WebAclAssociationInputs } from '../../../operator/aws/wafv2/web-acl-association.ts';
import type { WebAclRulesInputs } from '../../../operator/aws/wafv2/web-acl-rules.ts';
import type { WebAclInputs } from '../../../operator/aws/wafv2/web-acl.ts';
import { compileEcsService } from '../../../operator/compile/ecs-service/ecs-service.ts';
import type { Graph } from '../../../operator/graph/graph.ts';
import { printable } from '../../../operator/graph/ref.ts';
import { account, inputsOf, nodeOf, refusal } from './fixtures.ts';
import { inputWith, networkWith } from './service-input.ts';

const SHARED = 'arn:aws:wafv2:us-east-1:123456789012:regional/webacl/shared/12345678-1234';
const GRANTS = [
  { name: 'edge', namespaces: ['web'], arns: ['arn:aws:wafv2:us-east-1:123456789012:regional/webacl/s*'] },
  { name: 'logs', namespaces: ['web'], arns: ['arn:aws:sns:us-east-1:123456789012:on-call'] },
  { name: 'else', namespaces: ['db'], arns: ['arn:aws:wafv2:us-east-1:123456789012:regional/webacl/*'] },
];
const network = networkWith({ tiers: [{ name: 'public' }, { name: 'private' }] });

function compile(webAcl: object | undefined, grants: object[] = [], more: object = {}): Graph {
  const input = inputWith(
    {
      task: { containers: [{ name: 'app', image: 'app:1', ports: [{ port: 8080 }] }] },
      loadBalancer: {
        type: 'Application',
        listeners: [{ port: 80, protocol: 'HTTP' }],
        ...(webAcl && { webAcl }),
        ...more,
      },
    },
    { network },
  );
  return compileEcsService({ ...input, account: account({ grants }) });
}
const nodes = (graph: Graph) => [...graph.nodes.keys()].filter((key) => key.startsWith('web-acl'));
const association = (graph: Graph) =>
  printable(inputsOf<WebAclAssociationInputs>(graph, 'web-acl-association'));

describe('the web ACL of a service', () => {
  it('is made with its rules, and put on the load balancer when it has them', () => {
    const graph = compile({
      managedRuleGroups: [
        {
          name: 'AWSManagedRulesCommonRuleSet',
          priority: 10,
          version: 'Version_1.4',
          ruleOverrides: [{ name: 'SizeRestrictions_BODY' }],
        },
        { name: 'AWSManagedRulesSQLiRuleSet', priority: 20, action: 'Count' },
      ],
      rateLimit: { requests: 500 },
    });
    expect(nodes(graph)).toEqual(['web-acl', 'web-acl-rules', 'web-acl-association']);
    expect(inputsOf<WebAclInputs>(graph, 'web-acl')).toEqual({
      name: 'shop-dev-web-acl',
      description: 'Web ACL of EcsService web/shop',
    });
    expect(printable(inputsOf<WebAclRulesInputs>(graph, 'web-acl-rules'))).toEqual({
      webAclId: '${web-acl.id}',
      description: 'Web ACL of EcsService web/shop',
      samples: true,
      rules: {
        'rate-limit': { type: 'rate', priority: 0, requests: 500, windowSeconds: 300, action: 'Block' },
        AWSManagedRulesCommonRuleSet: {
          type: 'managed',
          group: 'AWSManagedRulesCommonRuleSet',
          priority: 10,
          version: 'Version_1.4',
          isEnforced: true,
          overrides: { SizeRestrictions_BODY: 'Count' },
        },
        AWSManagedRulesSQLiRuleSet: {
          type: 'managed',
          group: 'AWSManagedRulesSQLiRuleSet',
          priority: 20,
          isEnforced: false,
          overrides: {},
        },
      },
    });
    expect(association(graph)).toEqual({
      loadBalancerId: '${load-balancer.id}',
      webAclId: '${web-acl.id}',
      granted: [],
    });
    const { dependsOn, awaits } = nodeOf(graph, 'web-acl-association');
    expect([dependsOn, awaits]).toEqual([['web-acl-rules'], ['load-balancer']]);
  });

  it('has the name that the spec gives', () => {
    const graph = compile({ name: 'storefront', rateLimit: {}, sampledRequests: 'Disabled' });
    expect(inputsOf<WebAclInputs>(graph, 'web-acl').name).toBe('storefront');
    expect(inputsOf<WebAclRulesInputs>(graph, 'web-acl-rules').samples).toBe(false);
  });

  it('that there is, is put on the load balancer where a grant covers it', () => {
    const graph = compile({ arn: SHARED }, GRANTS);
    expect(nodes(graph)).toEqual(['web-acl-association']);
    expect(association(graph)).toMatchObject({
      webAclId: SHARED,
      granted: ['arn:aws:wafv2:us-east-1:123456789012:regional/webacl/s*'],
    });
  });

  it('that nobody has granted is refused, and so is one of elsewhere', () => {
    expect(refusal(() => compile({ arn: SHARED }))).toMatchObject({
      reason: 'NotGranted',
      message: expect.stringContaining(`spec.loadBalancer.webAcl.arn names ${SHARED}`) as unknown,
    });
    const elsewhere = SHARED.replace('us-east-1', 'eu-west-1');
    expect(refusal(() => compile({ arn: elsewhere }, GRANTS))).toMatchObject({
      reason: 'InvalidSpec',
      message: expect.stringMatching(/web ACL .* is of account 123456789012, region eu-west-1/) as unknown,
    });
  });

  it('that is named no more is looked for only where the namespace could have named one', () => {
    expect(nodes(compile(undefined))).toEqual([]);
    expect(association(compile(undefined, GRANTS))).toMatchObject({ webAclId: '' });
    const network = { type: 'Network', listeners: [{ port: 80, protocol: 'TCP' }] };
    expect(nodes(compile(undefined, GRANTS, network))).toEqual([]);
  });
});
