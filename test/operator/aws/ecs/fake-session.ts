import { Batches } from '../../../../operator/aws/batch.ts';
import type { AwsSession } from '../../../../operator/aws/session.ts';
import type { ActionContext, Wrote } from '../../../../operator/graph/kind.ts';

/** What a call answers: an error is thrown, nothing is an empty answer. */
type Answers = Readonly<Record<string, (input: Record<string, unknown>) => unknown>>;

/** A session whose clients answer by action; `sent` is every call, in order. */
export function fakeSession(answers: Answers = {}) {
  const sent: [action: string, input: Record<string, unknown>][] = [];
  const client = {
    async send(command: { readonly input: Record<string, unknown> }) {
      const action = command.constructor.name.replace(/Command$/, '');
      sent.push([action, command.input]);
      const answer = answers[action]?.(command.input);
      if (answer instanceof Error) throw answer;
      return answer ?? {};
    },
  };
  const session = {
    accountId: '111111111111',
    region: 'eu-central-1',
    partition: 'aws',
    batches: new Batches(),
    applicationAutoscaling: client,
    backup: client,
    backupIn: () => client,
    cloudwatch: client,
    dynamodb: client,
    ec2: client,
    ecs: client,
    ecsOnce: client,
    elasticache: client,
    elbv2: client,
    iam: client,
    rds: client,
    tagging: client,
    wafv2: client,
  } as unknown as AwsSession;
  return { session, sent, actions: () => sent.map(([action]) => action) };
}

/** A refusal as the SDK makes it of AWS's answer. */
export function refusal(name: string, message: string): Error {
  return Object.assign(new Error(message), { name, $fault: 'client', $metadata: { httpStatusCode: 400 } });
}

export const OWN = {
  'landfall.dev/installation': 'test',
  'landfall.dev/owner': 'EcsService/team/web',
  'landfall.dev/node': 'web',
};

/** {@link OWN} as ECS writes tags. */
export const OWN_TAGS = Object.entries(OWN).map(([key, value]) => ({ key, value }));

/** What a kind is given to act with. `laidOver` lays one record under what was written of its service, by default the first that was written of. */
export function contextOf(session: AwsSession, tags: Readonly<Record<string, string>> = OWN) {
  const patches: [collection: string, patch: (record: never) => unknown][] = [];
  const wrote: Wrote<AwsSession> = ({ name }, _, patch) => {
    patches.push([name, patch]);
  };
  const context: ActionContext<AwsSession> = {
    session,
    owner: 'EcsService/team/web',
    node: 'web',
    tags,
    keepsCopy: true,
    token: 'token',
    wrote,
  };
  const laidOver = <R>(record: R, service = patches[0]?.[0].split('/')[0]): R =>
    patches
      .filter(([collection]) => collection.startsWith(`${service}/`))
      .reduce<unknown>((now, [, patch]) => patch(now as never), record) as R;
  return { context, laidOver };
}

/** What the tagging API answers for these. */
export function nominating(arns: readonly string[]) {
  const Tags = Object.entries(OWN).map(([Key, Value]) => ({ Key, Value }));
  return () => ({ ResourceTagMappingList: arns.map((ResourceARN) => ({ ResourceARN, Tags })) });
}

/** Everything that a collection lists. */
export async function listed<R>(list: AsyncIterable<readonly R[]>): Promise<R[]> {
  const found: R[] = [];
  for await (const page of list) found.push(...page);
  return found;
}
