import { cameOf, errorCode } from './errors.ts';

/** One call to AWS, as metrics, buckets and logs see it. */
export interface AwsCall {
  readonly accountId: string;
  readonly region: string;
  /** As in IAM's action names: `ec2`, `iam`, `logs`, `tagging`. */
  readonly service: string;
  /** `DescribeVpcs`. */
  readonly action: string;
  readonly write: boolean;
  /** Whose credentials it is made with, in words: `role arn:…`, `profile …`. */
  readonly as: string;
}

/** What stands between the operator and every call that it makes. */
export interface CallGuard {
  /** Waits for the token bucket, and checks before a write that this process still leads. Throws to prevent the call. */
  before(call: AwsCall): Promise<void>;
  /** The last moment before a signed call leaves. Throws to prevent it. */
  readonly sending?: (call: AwsCall) => void;
  /** `result` is `ok` or the AWS error code. */
  after(call: AwsCall, result: string, durationMs: number): void;
}

interface MiddlewareArgs {
  readonly input: object;
}
interface Context {
  readonly commandName?: string;
}
type Next = (args: MiddlewareArgs) => Promise<unknown>;

/** As much of an SDK client as the guard needs. The SDK types its middleware stack by each service's own inputs. */
export interface Guardable {
  readonly middlewareStack: unknown;
}

type Middleware = (next: Next, context: Context) => Next;

interface Stack {
  add(
    middleware: Middleware,
    options: { step: 'initialize' | 'finalizeRequest'; name: string; priority: 'high' | 'low' },
  ): void;
  addRelativeTo(
    middleware: Middleware,
    options: { relation: 'before'; toMiddleware: string; name: string },
  ): void;
}

const READ = /^(Describe|Get|List|Lookup|Search|BatchGet|Check|Assume)/;

/** Whether an action only reads. */
export function isRead(action: string): boolean {
  return READ.test(action);
}

/**
 * Puts the guard around every attempt of every call of a client: the SDK's retries take tokens and check the
 * lease as first attempts do. A call waits before it is signed, since AWS refuses a signature that is minutes
 * old; its time is taken from when it is sent.
 */
export function guard<C extends Guardable>(
  client: C,
  service: string,
  where: Pick<AwsCall, 'accountId' | 'region' | 'as'>,
  callGuard: CallGuard,
): C {
  const callOf = ({ commandName }: Context): AwsCall => {
    const action = (commandName ?? 'Unknown').replace(/Command$/, '');
    return { ...where, service, action, write: !isRead(action) };
  };
  const admit: Middleware = (next, context) => async (args) => {
    await callGuard.before(callOf(context));
    return next(args);
  };
  const measure: Middleware = (next, context) => async (args) => {
    const call = callOf(context);
    // Credentials may have been renewed and the process stopped since it was admitted.
    callGuard.sending?.(call);
    const started = performance.now();
    try {
      const answer = await next(args);
      callGuard.after(call, 'ok', performance.now() - started);
      return answer;
    } catch (error) {
      callGuard.after(call, errorCode(error) ?? 'NoAnswer', performance.now() - started);
      throw error;
    }
  };
  // Around all attempts, and around the search for credentials: whatever fails, the error knows of which call.
  const name: Middleware = (next, context) => async (args) => {
    try {
      return await next(args);
    } catch (error) {
      throw cameOf(error, callOf(context));
    }
  };
  const stack = client.middlewareStack as Stack;
  stack.add(name, { step: 'initialize', name: 'landfallName', priority: 'high' });
  stack.addRelativeTo(admit, {
    relation: 'before',
    toMiddleware: 'httpSigningMiddleware',
    name: 'landfallAdmit',
  });
  stack.add(measure, { step: 'finalizeRequest', name: 'landfallMeasure', priority: 'low' });
  return client;
}
