import { expect, it } from 'vitest';
import { foreignOwner } from '../../../operator/aws/foreign.ts';

it.each<[Record<string, string>, string | undefined]>([
  [{ 'aws:cloudformation:stack-name': 'base' }, 'the CloudFormation stack base'],
  [
    { 'services.k8s.aws/controller-version': 'ec2-1.2.0', 'services.k8s.aws/namespace': 'team' },
    'ACK, in namespace team',
  ],
  [{ 'services.k8s.aws/controller-version': 'ec2-1.2.0' }, 'ACK, by controller ec2-1.2.0'],
  [{ 'eks:eks-capability-arn': 'arn:aws:eks:x' }, 'ACK, by the capability arn:aws:eks:x'],
  [{ 'crossplane-kind': 'vpc.ec2', 'crossplane-name': 'prod' }, 'Crossplane, as vpc.ec2 prod'],
  [{ 'kubernetes.io/cluster/blue': 'owned' }, 'the Kubernetes cluster blue'],
  [{ 'sigs.k8s.io/cluster-api-provider-aws/cluster/red': 'owned' }, 'the Kubernetes cluster red'],
  [{ 'elbv2.k8s.aws/cluster': 'blue' }, 'the load balancer controller of cluster blue'],
  [{ 'kubernetes.io/cluster/blue': 'shared', Name: 'x', team: 'y' }, undefined],
  [{}, undefined],
])('%j: %s', (tags, owner) => {
  expect(foreignOwner(tags)).toBe(owner);
});
