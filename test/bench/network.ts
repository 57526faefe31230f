/** The bench network: 20 objects that a person would name (VPC, 4 subnets, gateway, 2 route tables, 2 NACLs, 4 groups, 6 endpoints). */
export function benchNetwork(index: number): object {
  return {
    apiVersion: 'landfall.dev/v1alpha1',
    kind: 'SecureVpc',
    metadata: { name: `bench-${String(index).padStart(3, '0')}`, namespace: 'bench' },
    spec: {
      accountRef: { name: 'bench' },
      region: 'us-east-1',
      cidr: `10.${index}.0.0/16`,
      zones: { count: 2 },
      tiers: [{ name: 'public' }, { name: 'private' }],
      securityGroups: { alb: {}, ecs: {}, data: { ports: [{ name: 'mysql', port: 3306 }] }, endpoints: {} },
      endpoints: ['s3', 'ecr.api', 'ecr.dkr', 'logs', 'ssm', 'secretsmanager'].map((service) => ({
        service,
      })),
      flowLogs: { destination: 'None' },
    },
  };
}

/** The Account that the bench networks use: the local AWS's default one. */
export const benchAccount = {
  apiVersion: 'landfall.dev/v1alpha1',
  kind: 'Account',
  metadata: { name: 'bench' },
  spec: { aws: { accountId: '123456789012', regions: ['us-east-1'], namespaces: ['bench'] } },
};
