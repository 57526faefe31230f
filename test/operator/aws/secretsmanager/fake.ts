import type { AwsSession } from '../../../../operator/aws/session.ts';
import type { ActionContext } from '../../../../operator/graph/kind.ts';
import { TAG } from '../../../../operator/graph/ownership.ts';
import { refusal } from '../elbv2/elb.ts';
import { ARN } from './cases.ts';

type Input = Readonly<Record<string, unknown>>;
interface Command {
  readonly constructor: { readonly name: string };
  readonly input: Input;
}
interface Tag {
  readonly Key: string;
  readonly Value: string;
}

export const TAGS = {
  [TAG.installation]: 'here',
  [TAG.owner]: 'DataStore/team/shop',
  [TAG.node]: 'secret',
};
export const DB = 'arn:aws:rds:eu-central-1:111111111111:db:shop-instance';

/** A Secrets Manager of one secret, one database and one cache, that breaks off at a write where it is told to. */
export class Fake {
  secret: { Name: string; DeletedDate?: Date; Tags: Tag[]; Description: string } | undefined;
  readonly values = new Map<string, string>();
  readonly stages = new Map<string, string>();
  readonly tags: Record<string, string> = {};
  /** What the database takes. */
  password = '';
  /** What the cache takes. */
  tokens: string[] = [];
  tokenTime: Date | undefined;
  /** How it was told them, one after the other. */
  readonly strategies: string[] = [];
  snapshots: object[] = [];
  readonly said: string[] = [];
  /** Counts down at each write; at 0 it is broken off. */
  breaksAt = Number.POSITIVE_INFINITY;
  isCarriedOut = false;

  readonly session = new Proxy({} as AwsSession, {
    get: () => ({ send: async (command: Command) => this.#send(command) }),
  });

  context(tags: Readonly<Record<string, string>> = TAGS): ActionContext<AwsSession> {
    return {
      session: this.session,
      owner: 'DataStore/team/shop',
      node: 'secret',
      tags,
      token: 't',
      keepsCopy: true,
      wrote: () => {},
    };
  }

  /** The password of the version with a label. */
  passwordOf(label: string): string | undefined {
    const text = this.values.get(this.stages.get(label) ?? '');
    return text === undefined ? undefined : (JSON.parse(text) as { password: string }).password;
  }

  #send(command: Command): object {
    const action = command.constructor.name.replace(/Command$/, '');
    this.said.push(action);
    if (/^(Describe|List|Get)/.test(action)) return this.#answer(action, command.input);
    this.breaksAt -= 1;
    if (this.breaksAt === 0 && !this.isCarriedOut) throw new Error('broken off');
    const answer = this.#answer(action, command.input);
    if (this.breaksAt === 0) throw new Error('broken off');
    return answer;
  }

  #answer(action: string, input: Input): object {
    const text = (name: string) => String(input[name]);
    switch (action) {
      case 'CreateSecret': {
        if (this.secret) {
          if (this.secret.DeletedDate)
            throw Object.assign(
              refusal('InvalidRequest', 'a secret with this name is already scheduled for deletion.'),
              {
                Code: 'InvalidRequestException',
              },
            );
          throw Object.assign(refusal('ResourceExists'), { Code: 'ResourceExistsException' });
        }
        this.secret = {
          Name: text('Name'),
          Description: text('Description'),
          Tags: input['Tags'] as Tag[],
        };
        this.values.set(text('ClientRequestToken'), text('SecretString'));
        this.stages.set('AWSCURRENT', text('ClientRequestToken'));
        return { ARN };
      }
      case 'DescribeSecret': {
        if (!this.secret)
          throw Object.assign(refusal('ResourceNotFound'), { Code: 'ResourceNotFoundException' });
        return { ARN, ...this.secret, VersionIdsToStages: this.versions() };
      }
      case 'RestoreSecret':
        if (this.secret) delete this.secret.DeletedDate;
        return {};
      case 'DeleteSecret':
        if (this.secret) this.secret.DeletedDate = new Date(0);
        return { DeletionDate: new Date(0) };
      case 'GetSecretValue':
        return { SecretString: this.values.get(text('VersionId')) };
      case 'PutSecretValue': {
        const id = text('ClientRequestToken');
        if (this.values.has(id))
          throw Object.assign(refusal('ResourceExists'), { Code: 'ResourceExistsException' });
        this.values.set(id, text('SecretString'));
        for (const stage of input['VersionStages'] as string[]) this.stages.set(stage, id);
        return {};
      }
      case 'UpdateSecretVersionStage':
        this.stages.set(text('VersionStage'), text('MoveToVersionId'));
        return {};
      case 'CreateDBInstance':
      case 'ModifyDBInstance':
        this.password = text('MasterUserPassword');
        return { DBInstance: { DBInstanceArn: DB, DBInstanceIdentifier: 'shop-instance' } };
      case 'ModifyReplicationGroup': {
        const token = text('AuthToken');
        this.strategies.push(text('AuthTokenUpdateStrategy'));
        if (input['AuthTokenUpdateStrategy'] === 'SET') this.tokens = [token];
        else this.tokens = [...this.tokens.filter((one) => one !== token), token].slice(-2);
        this.tokenTime = new Date((this.tokenTime?.getTime() ?? 0) + 1000);
        return {};
      }
      case 'AddTagsToResource':
        for (const { Key, Value } of input['Tags'] as Tag[]) this.tags[Key] = Value;
        return {};
      case 'DescribeDBSnapshots':
        return { DBSnapshots: input['SnapshotType'] === undefined ? this.snapshots : [] };
      default:
        return {};
    }
  }

  versions(): Record<string, string[]> {
    const found: Record<string, string[]> = {};
    for (const [stage, id] of this.stages) found[id] = [...(found[id] ?? []), stage];
    return found;
  }
}
