import {
  CreateInstanceProfileCommand,
  DeleteInstanceProfileCommand,
  GetInstanceProfileCommand,
  TagInstanceProfileCommand,
} from '@aws-sdk/client-iam';
import type { Permission } from '../../graph/kind.ts';
import { TAG } from '../../graph/ownership.ts';
import { isNotFound, unlessGone } from '../errors.ts';
import { reads } from '../permissions.ts';
import type { AwsSession } from '../session.ts';
import { tagList, tagsOf } from '../tags.ts';

/** Which cluster an account belongs to for one installation. */
export interface Claim {
  /** The uid of the cluster's namespace `kube-system`. */
  readonly cluster: string;
  /** The cluster's name for people; empty where nobody gave one. */
  readonly name: string;
  /** When the cluster claimed the account, or took it over. */
  readonly since: Date;
  /** From when on it acts there: later than `since` where the former cluster is first given time to notice. */
  readonly from: Date;
}

const CLAIMS = 'iam::{account}:instance-profile/landfall/landfall-claim-*';

/** What reading a claim needs. */
export const CLAIM_READS = reads('iam:GetInstanceProfile');

/** What keeping claims needs besides. */
export const CLAIM_WRITES: readonly Permission[] = [
  { action: 'iam:CreateInstanceProfile', on: 'new', resource: CLAIMS },
  // With tags, CreateInstanceProfile asks for it too: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags_instance-profiles.html
  { action: 'iam:TagInstanceProfile', on: 'untagged', resource: CLAIMS },
  { action: 'iam:TagInstanceProfile', on: 'own', resource: CLAIMS },
  { action: 'iam:DeleteInstanceProfile', on: 'own', resource: CLAIMS },
];

/** Tags of a claim. It carries no owner and no node, so that it is nobody's thing. */
const CLAIM_TAG = {
  cluster: 'landfall.dev/claim-cluster',
  name: 'landfall.dev/claim-name',
  since: 'landfall.dev/claim-since',
  from: 'landfall.dev/claim-from',
} as const;

/** Below it IAM lets the member role write; a namespace's own instance profiles would be one level further down. */
const PATH = '/landfall/';

type IamSession = Pick<AwsSession, 'iam'>;

/**
 * The name of a claim. It is an instance profile without a role, which can do nothing: IAM is one for the whole
 * account, whatever regions an operator knows, and makes a name only once (the ADR on claims says why).
 */
function claimName(installation: string): string {
  return `landfall-claim-${installation}`;
}

/** The claim on an account; undefined where there is none. */
export async function readClaim({ iam }: IamSession, installation: string): Promise<Claim | undefined> {
  try {
    const answer = await iam.send(
      new GetInstanceProfileCommand({ InstanceProfileName: claimName(installation) }),
    );
    const tags = tagsOf(answer.InstanceProfile ?? {});
    const since = timeOf(tags[CLAIM_TAG.since]) ?? new Date(0);
    return {
      cluster: tags[CLAIM_TAG.cluster] ?? '',
      name: tags[CLAIM_TAG.name] ?? '',
      since,
      from: timeOf(tags[CLAIM_TAG.from]) ?? since,
    };
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** Claims an account that nobody has claimed. AWS refuses it as existing already where somebody has: it never overwrites. */
export async function makeClaim({ iam }: IamSession, installation: string, claim: Claim): Promise<void> {
  await iam.send(
    new CreateInstanceProfileCommand({
      InstanceProfileName: claimName(installation),
      Path: PATH,
      Tags: tagList({ [TAG.installation]: installation, ...tagsOfClaim(claim) }),
    }),
  );
}

/** Gives a claim to another cluster, whoever has it. */
export async function moveClaim({ iam }: IamSession, installation: string, claim: Claim): Promise<void> {
  await iam.send(
    new TagInstanceProfileCommand({
      InstanceProfileName: claimName(installation),
      Tags: tagList(tagsOfClaim(claim)),
    }),
  );
}

/** Takes a claim away; that there is none is success. */
export async function dropClaim({ iam }: IamSession, installation: string): Promise<void> {
  await unlessGone(
    iam.send(new DeleteInstanceProfileCommand({ InstanceProfileName: claimName(installation) })),
  );
}

function tagsOfClaim({ cluster, name, since, from }: Claim): Record<string, string> {
  return {
    [CLAIM_TAG.cluster]: cluster,
    [CLAIM_TAG.name]: name,
    [CLAIM_TAG.since]: since.toISOString(),
    [CLAIM_TAG.from]: from.toISOString(),
  };
}

function timeOf(text: string | undefined): Date | undefined {
  const time = new Date(text ?? '');
  return Number.isNaN(time.getTime()) ? undefined : time;
}
