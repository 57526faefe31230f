import {
  DescribeTargetGroupAttributesCommand,
  ModifyTargetGroupAttributesCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { reads } from '../permissions.ts';
import { attributesCollection, attributesKind } from './attributes.ts';
import { onOurs } from './shared.ts';

/** Attributes by ARN of their target group. */
export const targetGroupAttributes = attributesCollection({
  name: 'elbv2/target-group-attributes',
  parent: 'elbv2/target-groups',
  reading: reads('elasticloadbalancing:DescribeTargetGroupAttributes'),
  async describe({ elbv2 }, TargetGroupArn) {
    const answer = await elbv2.send(new DescribeTargetGroupAttributesCommand({ TargetGroupArn }));
    return answer.Attributes;
  },
});

/**
 * What a new target group has: https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetGroupAttribute.html .
 * That of preserve_client_ip.enabled depends on protocol and targets, so it is always written.
 */
export const TARGET_GROUP_DEFAULTS: Readonly<Record<string, string>> = {
  'deregistration_delay.timeout_seconds': '300',
  'stickiness.enabled': 'false',
  'load_balancing.algorithm.type': 'round_robin',
  'slow_start.duration_seconds': '0',
  'proxy_protocol_v2.enabled': 'false',
  'deregistration_delay.connection_termination.enabled': 'false',
};

/** How a target group lets targets go, keeps clients at one of them, and shows clients' addresses to them. */
export const targetGroupAttributesKind = attributesKind({
  type: 'TargetGroupAttributes',
  collection: targetGroupAttributes,
  iam: onOurs('ModifyTargetGroupAttributes'),
  defaults: TARGET_GROUP_DEFAULTS,
  modify: ({ elbv2 }, TargetGroupArn, Attributes) =>
    elbv2.send(new ModifyTargetGroupAttributesCommand({ TargetGroupArn, Attributes })),
});
