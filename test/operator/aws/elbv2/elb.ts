import { Batches } from '../../../../operator/aws/batch.ts';
import type { AwsSession } from '../../../../operator/aws/session.ts';
import type { ActionContext, Collection } from '../../../../operator/graph/kind.ts';

/** A call as the SDK's command has it: `DescribeTags {"ResourceArns":["a"]}`. */
type Answer = (action: string, input: Readonly<Record<string, unknown>>) => object;

interface Command {
  readonly constructor: { readonly name: string };
  readonly input: Readonly<Record<string, unknown>>;
}

/** A session whose services answer as `answer` says; `calls` has what they were asked. */
export function sessionOf(answer: Answer): { session: AwsSession; calls: string[] } {
  const calls: string[] = [];
  const send = (command: Command): Promise<object> => {
    const action = command.constructor.name.replace(/Command$/, '');
    calls.push(`${action} ${JSON.stringify(command.input)}`);
    try {
      return Promise.resolve(answer(action, command.input));
    } catch (error) {
      return Promise.reject(error);
    }
  };
  const client = { send };
  const session = { elbv2: client, tagging: client, batches: new Batches() };
  return { session: session as unknown as AwsSession, calls };
}

/** AWS's refusal, as the SDK throws it. */
export function refusal(code: string, message = 'AWS says why'): Error {
  return Object.assign(new Error(message), {
    name: `${code}Exception`,
    Code: code,
    $fault: 'client',
    $metadata: { httpStatusCode: 400 },
  });
}

/** What a kind is given when it acts; `laid` is the record with everything laid over it that it wrote. */
export function contextOf<R extends object>(
  session: AwsSession,
  record: R,
  revision?: string,
): ActionContext<AwsSession> & { laid: () => R | undefined } {
  let now: R | undefined = record;
  return {
    session,
    owner: 'EcsService/team/web',
    node: 'load-balancer',
    tags: OWN,
    token: 'token',
    keepsCopy: true,
    ...(revision !== undefined && { revision }),
    wrote: <T>(
      _collection: Collection<T, AwsSession>,
      _id: string,
      patch: (record: T | undefined) => T | undefined,
    ) => {
      now = patch(now as T | undefined) as R | undefined;
    },
    laid: () => now,
  };
}

/** The tags of what is ours. */
export const OWN = {
  'landfall.dev/installation': 'here',
  'landfall.dev/owner': 'EcsService/team/web',
  'landfall.dev/node': 'load-balancer',
};
