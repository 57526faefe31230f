/** Marks by which others than Landfall know what is theirs: the first that a thing carries says whose it is. */
const MARKS: readonly ((tags: Readonly<Record<string, string>>) => string | undefined)[] = [
  // AWS CloudFormation User Guide, "Resource tag": CDK's, SAM's and Service Catalog's things are a stack's too.
  (tags) => named('the CloudFormation stack', tags['aws:cloudformation:stack-name']),
  // ACK, "Managing Tags on your AWS Resources"; as a capability of EKS it has other ones (Amazon EKS User Guide).
  (tags) => named('ACK, in namespace', tags['services.k8s.aws/namespace']),
  (tags) => named('ACK, by controller', tags['services.k8s.aws/controller-version']),
  (tags) => named('ACK, by the capability', tags['eks:eks-capability-arn']),
  // crossplane-runtime, pkg/resource: the external tags of every managed resource.
  (tags) =>
    tags['crossplane-kind'] === undefined
      ? undefined
      : named('Crossplane, as', `${tags['crossplane-kind']} ${tags['crossplane-name'] ?? ''}`.trim()),
  // What a cluster's installer made and takes away with the cluster; `shared` is for what it only uses.
  (tags) => owned('the Kubernetes cluster', tags, 'kubernetes.io/cluster/'),
  (tags) => owned('the Kubernetes cluster', tags, 'sigs.k8s.io/cluster-api-provider-aws/cluster/'),
  (tags) => named('the load balancer controller of cluster', tags['elbv2.k8s.aws/cluster']),
];

/** Who else's a thing is, in words for a message, as far as its tags say; undefined where nobody has marked it. */
export function foreignOwner(tags: Readonly<Record<string, string>>): string | undefined {
  for (const mark of MARKS) {
    const owner = mark(tags);
    if (owner !== undefined) return owner;
  }
  return undefined;
}

function named(whose: string, name: string | undefined): string | undefined {
  return name === undefined ? undefined : `${whose} ${name}`;
}

function owned(whose: string, tags: Readonly<Record<string, string>>, prefix: string): string | undefined {
  const key = Object.keys(tags).find((one) => one.startsWith(prefix) && tags[one] === 'owned');
  return key === undefined ? undefined : `${whose} ${key.slice(prefix.length)}`;
}
