/** A policy of IAM as its text. */
export function policyText(...Statement: readonly object[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement });
}

/**
 * Lets a service of AWS assume a role for its things in one account. The conditions keep other accounts from having it
 * use the role for them ("confused deputy"). `sourceArn` may end in `*`.
 */
export function trustInService(service: string, accountId: string, sourceArn: string): string {
  return policyText({
    Effect: 'Allow',
    Principal: { Service: service },
    Action: 'sts:AssumeRole',
    Condition: {
      StringEquals: { 'aws:SourceAccount': accountId },
      ArnLike: { 'aws:SourceArn': sourceArn },
    },
  });
}

/** Lets AWS Backup assume a role. It has no conditions: for its own jobs it names neither account nor thing when it asks. */
export function trustInBackups(): string {
  const Principal = { Service: 'backup.amazonaws.com' };
  return policyText({ Effect: 'Allow', Principal, Action: 'sts:AssumeRole' });
}

/** Lets EC2 give a role to instances. It has no conditions: EC2 names neither account nor instance when it asks. */
export function trustOfInstances(partition: string): string {
  const service = partition === 'aws-cn' ? 'ec2.amazonaws.com.cn' : 'ec2.amazonaws.com';
  return policyText({ Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' });
}
