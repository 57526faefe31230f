import { errorCode } from './errors.ts';

/** One call to AWS, as metrics, buckets and logs see it. */
export interface AwsCall {
  readonly accountId: string;
  readonly region: string;
  /** As in IAM's action names: `ec2`, `iam`, `logs`, `tagging`. */
  readonly service: string;
  /** `DescribeVpcs`. */
  readonly action: string;
  readonly write: boolean;
}

/** What stands between the operator and every call that it makes. */
export interface CallGuard {
  /** Waits for the token bucket, checks that this process still leads before a write, and refuses when shutting down. Throws to prevent the call. */
  before(call: AwsCall): Promise<void>;
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

interface Stack {
  add(
    middleware: (next: Next, context: Context) => Next,
    options: { step: 'finalizeRequest'; name: string; priority: 'low' },
  ): void;
}

const READ = /^(Describe|Get|List|Lookup|Search|BatchGet|Check|Assume)/;

/** Whether an action only reads. */
export function isRead(action: string): boolean {
  return READ.test(action);
}

/**
 * Puts the guard around every attempt of every call of a client: the SDK's retries take tokens and check the
 * lease as first attempts do.
 */
export function guard<C extends Guardable>(
  client: C,
  service: string,
  where: { readonly accountId: string; readonly region: string },
  callGuard: CallGuard,
): C {
  const middleware = (next: Next, context: Context) => async (args: MiddlewareArgs) => {
    const action = (context.commandName ?? 'Unknown').replace(/Command$/, '');
    const call: AwsCall = { ...where, service, action, write: !isRead(action) };
    await callGuard.before(call);
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
  (client.middlewareStack as Stack).add(middleware, {
    step: 'finalizeRequest',
    name: 'landfallGuard',
    priority: 'low',
  });
  return client;
}
