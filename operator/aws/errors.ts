import { Terminal, Waiting } from '../errors.ts';
import type { Verdict } from '../graph/outcome.ts';

/**
 * The one place that knows AWS's error codes. Sources: the "Error codes" page of each service's API reference;
 * where several services spell one thing differently, all spellings stand here.
 */
const THROTTLED =
  /^(Throttling|ThrottlingException|ThrottledException|RequestLimitExceeded|TooManyRequestsException|RequestThrottled|RequestThrottledException|BandwidthLimitExceeded|SlowDown|EC2ThrottledException|PriorRequestNotComplete)$/;
const DENIED =
  /^(AccessDenied|AccessDeniedException|UnauthorizedOperation|UnauthorizedAccess|AuthorizationError|Client\.UnauthorizedOperation)$/;
const EXPIRED = /^(ExpiredToken|ExpiredTokenException|RequestExpired|TokenRefreshRequired)$/;
const BAD_CREDENTIALS =
  /^(AuthFailure|InvalidClientTokenId|UnrecognizedClientException|SignatureDoesNotMatch|InvalidAccessKeyId|IncompleteSignature|MissingAuthenticationToken|OptInRequired)$/;
const NO_CREDENTIALS = /^(CredentialsProviderError|TokenProviderError)$/;
const NOT_FOUND =
  /(\.NotFound|NotFoundException|NotFoundFault|^ResourceNotFound$|^NoSuchEntity|^NoSuchEntityException|^NotFound|^ResourceNotFoundException|^WAFNonexistentItemException$|^Gateway\.NotAttached|^NatGatewayNotFound|^(LoadBalancer|TargetGroup|Listener|Rule|Subnet)NotFound|^(DB|Cache)\w+NotFound)$/;
const EXISTS =
  /^(InvalidGroup\.Duplicate|InvalidSubnet\.Conflict|EntityAlreadyExists|EntityAlreadyExistsException|ResourceAlreadyExistsException|ResourceExistsException|FlowLogAlreadyExists|RouteAlreadyExists|Resource\.AlreadyAssociated|NetworkAclEntryAlreadyExists|InvalidPermission\.Duplicate|InvalidVpcEndpoint\.Duplicate|DuplicateTransitGatewayAttachment|Duplicate(LoadBalancerName|TargetGroupName|Listener)|(DB|Cache|OptionGroup)\w*AlreadyExists(Fault)?|ReplicationGroupAlreadyExists(Fault)?|InvalidLaunchTemplateName\.AlreadyExistsException|AlreadyExists(Exception)?|WAFDuplicateItemException)$/;
const IN_USE =
  /^(DependencyViolation|InvalidGroup\.InUse|InvalidNetworkAclID\.InUse|InvalidIPAddress\.InUse|InvalidCidrBlock\.InUse|ResourceInUse|ResourceInUseException|TargetGroupAssociationLimit|DeleteConflict|DeleteConflictException|ExistingVpcEndpointConnections|WAFAssociatedItemException|ClusterContains\w+Exception|InvalidDB(Cluster)?ParameterGroupState(Fault)?|InvalidDBSubnetGroupStateFault|InvalidOptionGroupStateFault|InvalidCacheParameterGroupState(Fault)?|CacheSubnetGroupInUse|SubnetInUse)$/;
const QUOTA =
  /(LimitExceeded|LimitExceededException|^WAFLimitsExceededException$|QuotaExceeded|QuotaExceededFault|QuotaFor\w+Exceeded(Fault)?|ServiceQuotaExceededException|^TooMany(LoadBalancers|TargetGroups|Listeners|Rules|Certificates|Targets|Actions|Tags|RegistrationsForTargetId|UniqueTargetGroupsPerLoadBalancer))$/;
/** What ChangeResourceRecordSets says, as InvalidChangeBatch, where a record is not as the batch takes it to be. */
const RACED_TEXT = /but it (already exists|was not found)|values provided do not match the current values/;
/** No quota, though it sounds like one: nobody could raise it. */
const NO_ADDRESS = /^(InsufficientFreeAddressesInSubnet|InsufficientAddressCapacity)$/;
const UNSETTLED =
  /^(IncorrectState|IncorrectInstanceState|InvalidVpcState|OperationInProgress|RequestInProgressException|ConcurrentModification|ConcurrentModificationException|ConcurrentUpdateException|OperationAbortedException|InvalidState|InvalidRole|InvalidRoleArn|InvalidSecurityGroup|InvalidDB(Instance|Snapshot)State|InvalidDBCluster(Snapshot)?StateFault|InvalidReplicationGroupState(Fault)?|InvalidCacheClusterState(Fault)?|InsufficientCacheClusterCapacity(Fault)?|ContinuousBackupsUnavailableException|(Table|Backup)InUseException|TableAlreadyExistsException|ServiceNotActiveException|UpdateInProgressException|ScalingActivityInProgress|ResourceContention|ServiceLinkedRoleFailure|WAFOptimisticLockException|WAFTagOperationException|WAFUnavailableEntityException)$/;
/**
 * Words by which AWS says that something made or deleted a moment ago is not known everywhere yet: a role (IAM User Guide,
 * "eventual consistency"), an instance profile, and to ECS, whose codes for all of it are ClientException and
 * InvalidParameterException, a listener, or that a service of the name has drained.
 */
const UNSETTLED_TEXT =
  /Unable to assume (given )?IAM role|cannot be assumed by AWS Backup|Access error|^Role is not valid|is still Draining|Invalid IAM Instance Profile|does not have an associated load balancer/i;
/**
 * DynamoDB's words for what it takes again after a while, though its codes are those of a quota and of a mistake: so many tables and
 * indexes change at a time, one change of a table at a time, and the end of items changes once an hour (API reference, UpdateTable and UpdateTimeToLive).
 */
const TABLES_BUSY_TEXT =
  /^Subscriber limit exceeded: .*\bsimultaneously\b|^Attempt to change a resource which is still in use: Table is being|^Time to live has been modified multiple times within a fixed interval/;
/** ECS makes the role that it works by with the account's first cluster; until then, and where it may not, it says this. */
const NO_LINKED_ROLE_TEXT = /Unable to assume the service linked role/;
/**
 * ECS's words for a task definition that is not there, or no longer to be used, and for a capacity provider; those of who
 * scales it for a service, and Auto Scaling's for a group.
 */
const NOT_FOUND_TEXT =
  /^(Unable to describe task definition|TaskDefinition (not found|is inactive)|The specified capacity provider does not exist|ECS service doesn't exist|DynamoDB (table|index) does not exist|AutoScalingGroup name not found)/;
/** What CreateService, CreateCapacityProvider, RegisterScalableTarget and CreateTable say where there is one of the name already. */
const EXISTS_TEXT =
  /^(Creation of service was not idempotent|The specified capacity provider already exists|The scalable target that you tried to tag already exists|Table already exists)/;
/**
 * Words by which IAM says that a permissions boundary is not there: not something of ours that is still on its way,
 * though the code is that of any missing thing.
 */
const NO_BOUNDARY_TEXT = /^Scope ARN: .* does not exist or is not attachable/;
/**
 * What ReleaseAddress says, as AuthFailure, of an address that a NAT gateway holds, and for some seconds after that
 * is deleted. Bad credentials have other words.
 */
const HELD_TEXT = /You do not have permission to access the specified resource/;
/** Codes that ECS, DynamoDB and both sorts of Auto Scaling give to much that is not alike. */
const VAGUE =
  /^(ClientException|InvalidParameterException|ResourceInUseException|ValidationError|ValidationException)$/;
/** What CreateVpcEndpoint says of a service of somebody's that lets the account in no more, or not yet. */
const NOT_LET_IN_TEXT = /Vpc Endpoint Service '?(?:cn\.)?com\.amazonaws\.vpce\..* does not exist/i;
/** What ModifyVpcEndpoint says, as InvalidParameter, of a service of somebody's that has no private name yet, or none that is proved. */
const NO_PRIVATE_NAME_TEXT =
  /the service (?:cn\.)?com\.amazonaws\.vpce\.\S+ (has not verified the|does not provide a) private DNS name/i;
/** What DeleteLoadBalancer says, as OperationNotPermitted, of a load balancer whose owner protects it. */
const PROTECTED_TEXT = /deletion protection is enabled/;
/** What DeleteDBInstance and DeleteDBCluster say, as InvalidParameterCombination, and DeleteTable, as ValidationException. */
const STORE_PROTECTED_TEXT = /^Cannot delete protected |currently protected against deletion/;
const NO_ANSWER =
  /^(TimeoutError|NetworkingError|ECONNRESET|ECONNREFUSED|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_SOCKET|RequestTimeout|RequestTimeoutException|AbortError|UnreadableAnswer|ERR_TLS_.*|ERR_SSL_.*|CERT_.*|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_.*)$/;
/** AWS's own faults, where no HTTP status tells: the codes inside a successful answer. */
const FAULT =
  /^(InternalError|InternalFailure|InternalServerError|InternalServiceException|ServerException|ServiceFailure|ServiceUnavailable|ServiceUnavailableException|Unavailable)$/;

/** No connection came about, so nothing was asked of AWS. Calls of which that matters are attempted once. */
const NEVER_SENT = /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH)$/;

/** As much of a call as a message names. */
interface NamedCall {
  readonly service: string;
  readonly action: string;
  readonly accountId: string;
  readonly as: string;
}

/** Services that IAM calls otherwise. */
const IAM_PREFIX: Readonly<Record<string, string>> = { elbv2: 'elasticloadbalancing', tagging: 'tag' };

const calls = new WeakMap<object, NamedCall>();

/** Notes of which call an error came, for its message; gives the error back. */
export function cameOf(error: unknown, call: NamedCall): unknown {
  if (error instanceof Error && !calls.has(error)) calls.set(error, call);
  return error;
}

/** Thrown where AWS answers 200 and yet lists what it did not do. */
export class PartialFailure extends Error {
  override readonly name: string;
  constructor(action: string, code: string, message: string) {
    super(`${action}: ${message}`);
    this.name = code;
  }
}

/**
 * The AWS error code, or the network's, of anything thrown by a call or of what caused it; undefined for a bug
 * of our own. `UnreadableAnswer` where something answered, but not as AWS does.
 */
export function errorCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const bare = error as Error & {
    readonly Code?: unknown;
    readonly code?: unknown;
    readonly $fault?: unknown;
    readonly errors?: unknown;
  };
  if (typeof bare.code === 'string' && NO_ANSWER.test(bare.code)) return bare.code;
  if (typeof bare.Code === 'string') return bare.Code;
  if (bare.$fault !== undefined || error instanceof PartialFailure) return error.name;
  if (NO_ANSWER.test(error.name) || NO_CREDENTIALS.test(error.name)) return error.name;
  // The SDK puts $metadata on whatever passes through it, our own errors included; only an answer has a status.
  if (statusOf(error) > 0) return 'UnreadableAnswer';
  // Node tries every address of a name, and reports all failures in one.
  const causes = Array.isArray(bare.errors) ? (bare.errors as unknown[]) : [error.cause];
  return causes.map(errorCode).find((code) => code !== undefined);
}

/** Whether a call failed at AWS or on the way there in a way that may pass, and not for want of a right nor by a bug of ours. */
export function isPassing(error: unknown): boolean {
  const code = errorCode(error);
  return code !== undefined && !DENIED.test(code) && !BAD_CREDENTIALS.test(code);
}

/** Whether AWS says that the thing does not exist. On a delete that is success. */
export function isNotFound(error: unknown): boolean {
  return isMeant(error, NOT_FOUND, NOT_FOUND_TEXT);
}

/** Whether a code that AWS put into a successful answer means that the thing does not exist. */
export function isNotFoundCode(code: string | undefined): boolean {
  return NOT_FOUND.test(code ?? '');
}

/** Whether AWS says that the thing, rule or route is there already. */
export function isAlreadyThere(error: unknown): boolean {
  return isMeant(error, EXISTS, EXISTS_TEXT);
}

/** Whether AWS says that somebody has changed the thing since it was read, so that nothing was written. */
export function isStale(error: unknown): boolean {
  return errorCode(error) === 'WAFOptimisticLockException';
}

/** Whether ElastiCache says that there is a snapshot of the name that a last one was to have. */
export function isSnapshotThere(error: unknown): boolean {
  return /^SnapshotAlreadyExists(Fault)?$/.test(errorCode(error) ?? '');
}

/** Whether Secrets Manager says that a secret of the name was deleted, and keeps the name for as long as it can be had back. */
export function isToBeRestored(error: unknown): boolean {
  return (
    errorCode(error) === 'InvalidRequestException' && /scheduled for deletion/.test((error as Error).message)
  );
}

/** Whether AWS says that something else still uses the thing. */
export function isInUse(error: unknown): boolean {
  return IN_USE.test(errorCode(error) ?? '');
}

/** Whether EC2 says that there is no endpoint service of a name, as it does to an account that its provider has not let in. */
export function isNoSuchService(error: unknown): boolean {
  return errorCode(error) === 'InvalidServiceName';
}

/** Whether Route 53 says that there is no such hosted zone. */
export function isNoZone(error: unknown): boolean {
  return errorCode(error) === 'NoSuchHostedZone';
}

/** Whether Route 53 refused changes of records since somebody else changed them first. */
export function isRaced(error: unknown): boolean {
  return errorCode(error) === 'InvalidChangeBatch' && RACED_TEXT.test((error as Error).message);
}

/** Whether AWS says that the caller may not give a role to a service. */
export function isPassRefused(error: unknown): boolean {
  return DENIED.test(errorCode(error) ?? '') && /iam:PassRole/.test((error as Error).message);
}

/** Whether a code means that calls come too fast. */
export function isThrottledCode(code: string): boolean {
  return THROTTLED.test(code);
}

/** The outcome of a call about one thing; undefined where there is no such thing, which is the success of a delete or revoke. */
export async function unlessGone<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (!isNotFound(error)) throw error;
    return undefined;
  }
}

/** Runs a call that ElastiCache refuses where there is nothing for it to change. */
export async function unlessDone(call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (!/^NoOperation(Fault)?$/.test(errorCode(error) ?? '')) throw error;
  }
}

/** Runs a call whose effect may be there already. */
export async function unlessThere(call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (!isAlreadyThere(error)) throw error;
  }
}

/** The outcome of a call; one that AWS does not let the role do says what to do about it: Terminal (`AccessDenied`). */
export async function explainingDenial<T>(call: Promise<T>, todo: string): Promise<T> {
  try {
    return await call;
  } catch (error) {
    const { reason, message } = interpret(error);
    if (reason !== 'AccessDenied') throw error;
    throw new Terminal(reason, `${message}; ${todo}`, { cause: error });
  }
}

/**
 * What any error thrown while acting on AWS means for the resource. The message names action, account and role,
 * which AWS's own words seldom do.
 */
export function interpret(error: unknown): Verdict {
  if (error instanceof Terminal) return { kind: 'stalled', reason: error.reason, message: error.message };
  if (error instanceof Waiting) return { kind: 'waiting', reason: error.reason, message: error.message };
  const verdict = interpretWords(error);
  const call = error instanceof Error ? calls.get(error) : undefined;
  if (!call) return verdict;
  const where = `${IAM_PREFIX[call.service] ?? call.service}:${call.action} in account ${call.accountId} as ${call.as}`;
  return { ...verdict, message: `${where}: ${verdict.message}` };
}

/** The same with nothing but AWS's words, for a message that names the call itself. */
export function interpretWords(error: unknown): Verdict {
  const code = errorCode(error);
  const text = error instanceof Error ? error.message : String(error);
  const message = code !== undefined && !text.includes(code) ? `${code}: ${text}` : text;
  if (code === undefined) return { kind: 'unclear', reason: 'InternalError', message };
  if (THROTTLED.test(code)) return { kind: 'waiting', reason: 'Throttled', message };
  // The SDK's own providers give one name to everything; an SSO login that has ended says so only in words.
  const ended = NO_CREDENTIALS.test(code) && /\bexpired\b|\bCannot refresh\b/i.test(text);
  if (EXPIRED.test(code) || ended) return { kind: 'stalled', reason: 'CredentialsExpired', message };
  if (HELD_TEXT.test(text)) return { kind: 'inUse', reason: 'DependencyViolation', message };
  if (BAD_CREDENTIALS.test(code) || NO_CREDENTIALS.test(code))
    return { kind: 'stalled', reason: 'CredentialsUnavailable', message };
  if (DENIED.test(code)) return { kind: 'stalled', reason: 'AccessDenied', message };
  if (STORE_PROTECTED_TEXT.test(text))
    return {
      kind: 'stalled',
      reason: 'DeletionProtected',
      message: `${message} Take the protection away in the spec, where an edit is honoured while the object goes, or in AWS where the spec does not ask for it; the deletion goes on by itself`,
    };
  if (PROTECTED_TEXT.test(text))
    return {
      kind: 'stalled',
      reason: 'AwsRefused',
      message: `${message}; turn the protection off, and the deletion goes on by itself`,
    };
  if (isMeant(error, EXISTS, EXISTS_TEXT)) return { kind: 'exists', reason: 'AlreadyExists', message };
  if (TABLES_BUSY_TEXT.test(text)) return { kind: 'waiting', reason: 'WaitingForAws', message };
  if (IN_USE.test(code)) return { kind: 'inUse', reason: 'DependencyViolation', message };
  if (QUOTA.test(code)) return { kind: 'stalled', reason: 'QuotaExceeded', message };
  if (NO_ADDRESS.test(code)) return { kind: 'stalled', reason: 'AddressesUsedUp', message };
  if (UNSETTLED.test(code) || UNSETTLED_TEXT.test(text))
    return { kind: 'waiting', reason: 'WaitingForAws', message };
  if (NO_LINKED_ROLE_TEXT.test(text))
    return {
      kind: 'waiting',
      reason: 'WaitingForAws',
      message: `${message} AWS makes this role with the first cluster of an account; if it does not come, an administrator makes it: aws iam create-service-linked-role --aws-service-name ecs.amazonaws.com`,
    };
  if (NO_BOUNDARY_TEXT.test(text))
    return {
      kind: 'stalled',
      reason: 'AwsRefused',
      message: `${message} It is what permissionsBoundaryArn of the Account names.`,
    };
  if (NOT_LET_IN_TEXT.test(text))
    return {
      kind: 'waiting',
      reason: 'DependencyNotReady',
      message: `${message}; its provider has not let this account in yet, or there is no service of this name`,
    };
  if (NO_PRIVATE_NAME_TEXT.test(text))
    return {
      kind: 'waiting',
      reason: 'DependencyNotReady',
      message: `${message} Its provider has to name it, and to prove that the domain is its own.`,
    };
  if (isMeant(error, NOT_FOUND, NOT_FOUND_TEXT)) return { kind: 'waiting', reason: 'NotYetVisible', message };
  if (NEVER_SENT.test(code)) return { kind: 'waiting', reason: 'AwsUnreachable', message };
  if (NO_ANSWER.test(code) || FAULT.test(code) || statusOf(error) >= 500)
    return { kind: 'unclear', reason: 'AwsUnreachable', message };
  return { kind: 'stalled', reason: 'AwsRefused', message };
}

/** Some services have one code for many things: there the words tell. */
function isMeant(error: unknown, codes: RegExp, words: RegExp): boolean {
  const code = errorCode(error) ?? '';
  if (codes.test(code)) return true;
  return VAGUE.test(code) && error instanceof Error && words.test(error.message);
}

function statusOf(error: unknown): number {
  const metadata = (error as { $metadata?: { httpStatusCode?: number } } | undefined)?.$metadata;
  return metadata?.httpStatusCode ?? 0;
}
