import { describe, expect, it } from 'vitest';
import {
  errorCode,
  interpret,
  isAlreadyThere,
  isInUse,
  isNotFound,
  isPassRefused,
  PartialFailure,
  unlessGone,
  unlessThere,
} from '../../../operator/aws/errors.ts';
import { NotLeader } from '../../../operator/kube/leader.ts';

/** An error as the SDK makes it of AWS's answer. */
function answered(name: string, status = 400, message = 'AWS says why'): Error {
  return Object.assign(new Error(message), {
    name,
    $fault: status >= 500 ? 'server' : 'client',
    $metadata: { httpStatusCode: status, attempts: 1 },
  });
}

/** An error as the SDK leaves it where nothing answered: it has metadata, but no status. */
function unanswered(fields: object, message = 'no answer'): Error {
  return Object.assign(new Error(message), { $metadata: { attempts: 3 } }, fields);
}

const CODES: readonly [string, string, readonly string[]][] = [
  [
    'waiting',
    'Throttled',
    ['Throttling', 'ThrottlingException', 'RequestLimitExceeded', 'TooManyRequestsException', 'SlowDown'],
  ],
  ['waiting', 'Throttled', ['EC2ThrottledException', 'BandwidthLimitExceeded', 'RequestThrottledException']],
  ['stalled', 'AccessDenied', ['AccessDenied', 'AccessDeniedException', 'UnauthorizedOperation']],
  ['stalled', 'CredentialsExpired', ['ExpiredToken', 'ExpiredTokenException', 'RequestExpired']],
  ['stalled', 'CredentialsUnavailable', ['AuthFailure', 'InvalidClientTokenId', 'SignatureDoesNotMatch']],
  ['stalled', 'CredentialsUnavailable', ['UnrecognizedClientException', 'OptInRequired']],
  ['waiting', 'NotYetVisible', ['InvalidVpcID.NotFound', 'NoSuchEntity', 'ResourceNotFoundException']],
  [
    'waiting',
    'NotYetVisible',
    ['InvalidPermission.NotFound', 'NoSuchEntityException', 'DBClusterNotFoundFault'],
  ],
  ['waiting', 'NotYetVisible', ['Gateway.NotAttached', 'InvalidNetworkAclEntry.NotFound']],
  ['inUse', 'DependencyViolation', ['DependencyViolation', 'DeleteConflict', 'InvalidGroup.InUse']],
  ['exists', 'AlreadyExists', ['InvalidGroup.Duplicate', 'EntityAlreadyExists', 'InvalidSubnet.Conflict']],
  ['exists', 'AlreadyExists', ['ResourceAlreadyExistsException', 'RouteAlreadyExists']],
  ['exists', 'AlreadyExists', ['Resource.AlreadyAssociated', 'InvalidPermission.Duplicate']],
  ['stalled', 'QuotaExceeded', ['VpcLimitExceeded', 'LimitExceededException', 'RouteLimitExceeded']],
  ['stalled', 'QuotaExceeded', ['RulesPerSecurityGroupLimitExceeded', 'ServiceQuotaExceededException']],
  ['waiting', 'NotYetVisible', ['ClusterNotFoundException', 'ServiceNotFoundException']],
  ['waiting', 'WaitingForAws', ['ServiceNotActiveException', 'UpdateInProgressException']],
  ['inUse', 'DependencyViolation', ['ClusterContainsServicesException', 'ClusterContainsTasksException']],
  ['inUse', 'DependencyViolation', ['ClusterContainsContainerInstancesException']],
  ['waiting', 'NotYetVisible', ['WAFNonexistentItemException']],
  ['waiting', 'WaitingForAws', ['WAFOptimisticLockException', 'WAFUnavailableEntityException']],
  ['waiting', 'WaitingForAws', ['WAFTagOperationException']],
  ['inUse', 'DependencyViolation', ['WAFAssociatedItemException']],
  ['exists', 'AlreadyExists', ['WAFDuplicateItemException']],
  ['stalled', 'QuotaExceeded', ['WAFLimitsExceededException']],
  ['stalled', 'AwsRefused', ['WAFInvalidParameterException']],
  ['unclear', 'AwsUnreachable', ['ServerException']],
  ['stalled', 'AwsRefused', ['ClientException', 'InvalidParameterException', 'PlatformUnknownException']],
  ['stalled', 'AddressesUsedUp', ['InsufficientFreeAddressesInSubnet', 'InsufficientAddressCapacity']],
  ['waiting', 'WaitingForAws', ['IncorrectState', 'ConcurrentModification', 'OperationAbortedException']],
  ['stalled', 'AwsRefused', ['InvalidParameterValue', 'MalformedPolicyDocument', 'InvalidSubnet.Range']],
  ['stalled', 'AwsRefused', ['InvalidVpcID.Malformed', 'NobodyEverSawThisCode']],
  // Elastic Load Balancing
  ['waiting', 'NotYetVisible', ['LoadBalancerNotFound', 'TargetGroupNotFound', 'ListenerNotFound']],
  ['waiting', 'NotYetVisible', ['RuleNotFound', 'SubnetNotFound']],
  ['waiting', 'WaitingForAws', ['InvalidSecurityGroup']],
  ['exists', 'AlreadyExists', ['DuplicateLoadBalancerName', 'DuplicateTargetGroupName', 'DuplicateListener']],
  ['inUse', 'DependencyViolation', ['ResourceInUse', 'TargetGroupAssociationLimit']],
  ['stalled', 'QuotaExceeded', ['TooManyLoadBalancers', 'TooManyTargetGroups', 'TooManyListeners']],
  ['stalled', 'QuotaExceeded', ['TooManyTags', 'TooManyUniqueTargetGroupsPerLoadBalancer']],
  ['stalled', 'AwsRefused', ['InvalidSubnet', 'InvalidScheme', 'InvalidConfigurationRequest']],
  ['stalled', 'AwsRefused', ['CertificateNotFound', 'SSLPolicyNotFound', 'UnsupportedProtocol']],
  ['stalled', 'AwsRefused', ['OperationNotPermitted', 'IncompatibleProtocols', 'ValidationError']],
];

describe('interpret', () => {
  for (const [kind, reason, codes] of CODES) {
    for (const code of codes) {
      it(`${code} is ${kind}, ${reason}`, () => {
        expect(interpret(answered(code))).toEqual({ kind, reason, message: `${code}: AWS says why` });
      });
    }
  }

  it('does not say the code twice', () => {
    expect(interpret(answered('VpcLimitExceeded', 400, 'VpcLimitExceeded: five')).message).toBe(
      'VpcLimitExceeded: five',
    );
  });

  it.each([500, 502, 503])('status %i leaves open whether it was done', (status) => {
    expect(interpret(answered('WhateverItIsCalled', status))).toMatchObject({
      kind: 'unclear',
      reason: 'AwsUnreachable',
    });
  });

  it.each([
    ['a reset connection', { code: 'ECONNRESET' }],
    ['a timeout', { name: 'TimeoutError' }],
    ['a certificate of somebody else', { code: 'ERR_TLS_CERT_ALTNAME_INVALID' }],
    ['a certificate of an unknown authority', { code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' }],
  ])('%s leaves open whether it was done', (_, fields) => {
    expect(interpret(unanswered(fields))).toMatchObject({ kind: 'unclear', reason: 'AwsUnreachable' });
  });

  it.each(['ECONNREFUSED', 'ENOTFOUND'])('where no connection came about (%s) nothing was done', (code) => {
    expect(interpret(unanswered({ code }))).toMatchObject({ kind: 'waiting', reason: 'AwsUnreachable' });
  });

  it('an answer that cannot be read leaves open whether it was done', () => {
    const error = unanswered({ $metadata: { httpStatusCode: 200 } }, 'XML parse error');
    expect(interpret(error)).toEqual({
      kind: 'unclear',
      reason: 'AwsUnreachable',
      message: 'UnreadableAnswer: XML parse error',
    });
  });

  it('a role that AWS does not know everywhere yet is waited for', () => {
    const error = answered('InvalidParameterException', 400, 'Unable to assume given IAM role');
    expect(interpret(error)).toMatchObject({ kind: 'waiting', reason: 'WaitingForAws' });
  });

  // ECS has one code for many things: AmazonECS API reference, "Common Errors", and what users report.
  it.each([
    ['ClientException', 'Role is not valid', 'waiting', 'WaitingForAws'],
    ['ClientException', 'Unable to describe task definition.', 'waiting', 'NotYetVisible'],
    ['ClientException', 'TaskDefinition is inactive', 'waiting', 'NotYetVisible'],
    [
      'ClientException',
      'No Fargate configuration exists for given values: 256 CPU, 4096 memory.',
      'stalled',
      'AwsRefused',
    ],
    [
      'InvalidParameterException',
      'Unable to Start a service that is still Draining.',
      'waiting',
      'WaitingForAws',
    ],
    ['InvalidParameterException', 'Creation of service was not idempotent.', 'exists', 'AlreadyExists'],
    [
      'InvalidParameterException',
      'The target group with targetGroupArn arn:x does not have an associated load balancer.',
      'waiting',
      'WaitingForAws',
    ],
    ['AccessDeniedException', 'no policy allows the iam:PassRole action', 'stalled', 'AccessDenied'],
  ])('%s of ECS: %s', (code, text, kind, reason) => {
    expect(interpret(answered(code, 400, text))).toMatchObject({ kind, reason });
  });

  it.each([
    ['ResourceInUseException', 'Table already exists: shop', 'exists', 'AlreadyExists'],
    [
      'ResourceInUseException',
      'Attempt to change a resource which is still in use: Table is being updated: shop',
      'inUse',
      'DependencyViolation',
    ],
    [
      'LimitExceededException',
      'Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table',
      'waiting',
      'WaitingForAws',
    ],
    [
      'LimitExceededException',
      'Subscriber limit exceeded: Only 10 tables can be created, updated, or deleted simultaneously',
      'waiting',
      'WaitingForAws',
    ],
    [
      'LimitExceededException',
      'Subscriber limit exceeded: Encryption mode changes are limited in the 24h window.',
      'stalled',
      'QuotaExceeded',
    ],
    [
      'ValidationException',
      'Time to live has been modified multiple times within a fixed interval',
      'waiting',
      'WaitingForAws',
    ],
    [
      'ContinuousBackupsUnavailableException',
      'Backups are being enabled for the table: shop. Please retry later',
      'waiting',
      'WaitingForAws',
    ],
    [
      'ValidationException',
      'One or more parameter values were invalid: Duplicate index name: by-state',
      'stalled',
      'AwsRefused',
    ],
  ])('%s of DynamoDB: %s', (code, text, kind, reason) => {
    expect(interpret(answered(code, 400, text))).toMatchObject({ kind, reason });
  });

  it('tells who makes the role by which ECS works, where it does not come by itself', () => {
    const text =
      'Unable to assume the service linked role. Please verify that the ECS service linked role exists.';
    expect(interpret(answered('InvalidParameterException', 400, text))).toMatchObject({
      kind: 'waiting',
      reason: 'WaitingForAws',
      message: expect.stringMatching(
        /aws iam create-service-linked-role --aws-service-name ecs\.amazonaws\.com$/,
      ),
    });
  });

  it('a permissions boundary that is not there does not come by itself', () => {
    const text = 'Scope ARN: arn:aws:iam::111111111111:policy/b does not exist or is not attachable.';
    expect(interpret(answered('NoSuchEntity', 404, text))).toEqual({
      kind: 'stalled',
      reason: 'AwsRefused',
      message: `NoSuchEntity: ${text} It is what permissionsBoundaryArn of the Account names.`,
    });
  });

  // The words are those that users report.
  it.each(['has not verified the', 'does not provide a'])(
    'a service that %s private name is waited for, one of AWS’s is not',
    (what) => {
      const text = (name: string) =>
        `Private DNS can't be enabled because the service ${name} ${what} private DNS name.`;
      const said = (name: string) => interpret(answered('InvalidParameter', 400, text(name)));
      expect(said('com.amazonaws.vpce.us-east-1.vpce-svc-1')).toMatchObject({
        kind: 'waiting',
        reason: 'DependencyNotReady',
        message: expect.stringMatching(
          / Its provider has to name it, and to prove that the domain is its own\.$/,
        ),
      });
      expect(said('com.amazonaws.us-east-1.s3')).toMatchObject({ kind: 'stalled', reason: 'AwsRefused' });
    },
  );

  it('a service whose provider lets the account in a moment later is waited for, one that AWS does not have is not', () => {
    const text = (name: string) => `The Vpc Endpoint Service '${name}' does not exist`;
    const said = (name: string) => interpret(answered('InvalidServiceName', 400, text(name)));
    expect(said('cn.com.amazonaws.vpce.cn-north-1.vpce-svc-1')).toMatchObject({
      reason: 'DependencyNotReady',
    });
    expect(said('com.amazonaws.vpce.us-east-1.vpce-svc-1')).toEqual({
      kind: 'waiting',
      reason: 'DependencyNotReady',
      message: `InvalidServiceName: ${text('com.amazonaws.vpce.us-east-1.vpce-svc-1')}; its provider has not let this account in yet, or there is no service of this name`,
    });
    expect(said('com.amazonaws.us-east-1.nosuch').kind).toBe('stalled');
  });

  it('a load balancer that its owner protects from deletion needs a person', () => {
    const text = "Load balancer 'arn:x' cannot be deleted because deletion protection is enabled";
    expect(interpret(answered('OperationNotPermitted', 400, text))).toEqual({
      kind: 'stalled',
      reason: 'AwsRefused',
      message: `OperationNotPermitted: ${text}; turn the protection off, and the deletion goes on by itself`,
    });
  });

  it.each([
    ['The SSO session associated with this profile has expired.', 'CredentialsExpired'],
    ["Value not present for 'clientId' in SSO Token. Cannot refresh.", 'CredentialsExpired'],
    ['Could not load credentials from any providers', 'CredentialsUnavailable'],
  ])('%s', (text, reason) => {
    const error = Object.assign(new Error(text), { name: 'CredentialsProviderError' });
    expect(interpret(error)).toMatchObject({ kind: 'stalled', reason });
  });

  it('missing credentials need a person', () => {
    const error = Object.assign(new Error('Could not load credentials'), {
      name: 'CredentialsProviderError',
    });
    expect(interpret(error)).toMatchObject({ kind: 'stalled', reason: 'CredentialsUnavailable' });
  });

  it.each([
    ['a bug', new TypeError('x is not a function')],
    ['a bug below the SDK, which puts metadata on it', unanswered({ name: 'TypeError' })],
    ['something that is no error', 'text'],
    ['nothing', undefined],
  ])('%s is an internal error, never a refusal by AWS', (_, thrown) => {
    expect(interpret(thrown)).toMatchObject({ kind: 'unclear', reason: 'InternalError' });
  });

  it('a write that the lease prevented is no refusal by AWS', () => {
    const error = Object.assign(new NotLeader('somebody else leads'), { $metadata: { attempts: 1 } });
    expect(interpret(error)).toMatchObject({ kind: 'unclear', reason: 'InternalError' });
  });

  it.each([
    ['InternalError', 'unclear', 'AwsUnreachable'],
    ['ServiceUnavailable', 'unclear', 'AwsUnreachable'],
    ['InvalidFlowLogId.NotFound', 'waiting', 'NotYetVisible'],
    ['UnauthorizedOperation', 'stalled', 'AccessDenied'],
  ])('%s inside a successful answer is %s', (code, kind, reason) => {
    expect(interpret(new PartialFailure('CreateFlowLogs', code, 'not done'))).toEqual({
      kind,
      reason,
      message: `${code}: CreateFlowLogs: not done`,
    });
  });
});

describe('errorCode', () => {
  it('finds what caused an error', () => {
    const inner = answered('AccessDenied', 403);
    expect(errorCode(new Error('outer', { cause: new Error('middle', { cause: inner }) }))).toBe(
      'AccessDenied',
    );
  });

  it('reads what Node throws where no address of a name answers', () => {
    const refused = (address: string) =>
      Object.assign(new Error(`connect ECONNREFUSED ${address}`), { code: 'ECONNREFUSED' });
    const each = [refused('::1:80'), refused('127.0.0.1:80')];
    expect(errorCode(Object.assign(new AggregateError(each), { code: 'ECONNREFUSED' }))).toBe('ECONNREFUSED');
    expect(errorCode(new AggregateError(each))).toBe('ECONNREFUSED');
    expect(errorCode(new AggregateError([new Error('a bug')]))).toBeUndefined();
  });

  it("prefers EC2's own code to the name of the class", () => {
    expect(errorCode(Object.assign(answered('EC2ServiceException'), { Code: 'VpcLimitExceeded' }))).toBe(
      'VpcLimitExceeded',
    );
  });

  it('does not take an error code of Node for one of AWS', () => {
    expect(errorCode(Object.assign(new Error('no such file'), { code: 'ENOENT' }))).toBeUndefined();
  });
});

describe('what a repeated call may meet', () => {
  it('is told apart', () => {
    expect(isNotFound(answered('InvalidSubnetID.NotFound'))).toBe(true);
    expect(isNotFound(answered('InvalidSubnetID.Malformed'))).toBe(false);
    expect(isNotFound(answered('CertificateNotFound'))).toBe(false);
    expect(isAlreadyThere(answered('EntityAlreadyExists', 409))).toBe(true);
    expect(isInUse(answered('DependencyViolation'))).toBe(true);
    const vague = (text: string) => answered('ClientException', 400, text);
    expect(isNotFound(vague('Unable to describe task definition.'))).toBe(true);
    expect(isAlreadyThere(vague('Creation of service was not idempotent.'))).toBe(true);
    expect([isNotFound, isAlreadyThere].some((is) => is(vague('Family contains invalid characters.')))).toBe(
      false,
    );
    expect(isPassRefused(answered('AccessDeniedException', 400, 'to perform: iam:PassRole on'))).toBe(true);
    expect(isPassRefused(answered('AccessDeniedException', 400, 'to perform: iam:GetRole on'))).toBe(false);
    expect([isNotFound, isAlreadyThere, isInUse].some((is) => is(new Error('a bug')))).toBe(false);
  });

  it('a delete of what is gone succeeds, any other failure rises', async () => {
    await expect(unlessGone(Promise.reject(answered('InvalidVpcID.NotFound')))).resolves.toBeUndefined();
    await expect(unlessGone(Promise.reject(answered('DependencyViolation')))).rejects.toThrow('AWS says why');
  });

  it('a create of what is there succeeds, any other failure rises', async () => {
    await expect(unlessThere(Promise.reject(answered('RouteAlreadyExists')))).resolves.toBeUndefined();
    await expect(unlessThere(Promise.reject(answered('InvalidRoute.NotFound')))).rejects.toThrow(
      'AWS says why',
    );
  });
});

it.each([
  [
    'InvalidParameterCombination',
    'Cannot delete protected DB Instance, please disable deletion protection and try again.',
  ],
  [
    'InvalidParameterCombination',
    'Cannot delete protected Cluster, please disable deletion protection and try again.',
  ],
  [
    'ValidationException',
    'Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.',
  ],
])('%s, “%s”: a store that somebody protects', (code, message) => {
  expect(interpret(answered(code, 400, message))).toMatchObject({
    kind: 'stalled',
    reason: 'DeletionProtected',
    message: expect.stringContaining('an edit is honoured while the object goes'),
  });
});
