import {
  DescribeLoadBalancerAttributesCommand,
  ModifyLoadBalancerAttributesCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { reads } from '../permissions.ts';
import { attributesCollection, attributesKind } from './attributes.ts';
import { onOurs } from './shared.ts';

/** Attributes by ARN of their load balancer. */
export const loadBalancerAttributes = attributesCollection({
  name: 'elbv2/load-balancer-attributes',
  parent: 'elbv2/load-balancers',
  reading: reads('elasticloadbalancing:DescribeLoadBalancerAttributes'),
  async describe({ elbv2 }, LoadBalancerArn) {
    const answer = await elbv2.send(new DescribeLoadBalancerAttributesCommand({ LoadBalancerArn }));
    return answer.Attributes;
  },
});

/** What a new load balancer has: https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_LoadBalancerAttribute.html */
export const LOAD_BALANCER_DEFAULTS: Readonly<Record<string, string>> = {
  'deletion_protection.enabled': 'false',
  'idle_timeout.timeout_seconds': '60',
  'load_balancing.cross_zone.enabled': 'false',
  'routing.http.desync_mitigation_mode': 'defensive',
  'routing.http.drop_invalid_header_fields.enabled': 'false',
};

/**
 * Deletion protection, timeouts and the like of a load balancer. Only network load balancers take
 * `load_balancing.cross_zone.enabled`, only application load balancers `idle_timeout.…` and `routing.…`.
 */
export const loadBalancerAttributesKind = attributesKind({
  type: 'LoadBalancerAttributes',
  collection: loadBalancerAttributes,
  iam: onOurs('ModifyLoadBalancerAttributes'),
  defaults: LOAD_BALANCER_DEFAULTS,
  modify: ({ elbv2 }, LoadBalancerArn, Attributes) =>
    elbv2.send(new ModifyLoadBalancerAttributesCommand({ LoadBalancerArn, Attributes })),
});
