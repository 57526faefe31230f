import { DescribeVpcEndpointsCommand, type VpcEndpoint } from '@aws-sdk/client-ec2';
import { must } from '../kind.ts';
import { canonicalPolicy, isEverything } from '../policy-document.ts';
import { ec2Collection } from './collection.ts';

/** VPC endpoints. */
export const vpcEndpoints = ec2Collection<VpcEndpoint>({
  name: 'ec2/vpc-endpoints',
  action: 'ec2:DescribeVpcEndpoints',
  idFilter: 'vpc-endpoint-id',
  id: (endpoint) => must(endpoint.VpcEndpointId, 'VpcEndpointId'),
  async page({ ec2 }, query) {
    const answer = await ec2.send(new DescribeVpcEndpointsCommand(query));
    return { items: answer.VpcEndpoints?.map(legible), next: answer.NextToken };
  },
});

/** Policies are kept in one spelling, in which our own writes are kept too. */
export function legible(endpoint: VpcEndpoint): VpcEndpoint {
  const { PolicyDocument } = endpoint;
  return PolicyDocument === undefined ? endpoint : { ...endpoint, PolicyDocument: policyOf(PolicyDocument) };
}

/** A policy in one spelling; empty where it lets everything through, as AWS's own does in several spellings. */
export function policyOf(document: string): string {
  return isEverything(document) ? '' : canonicalPolicy(document);
}
