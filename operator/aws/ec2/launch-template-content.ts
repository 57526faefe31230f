import type {
  LaunchTemplateVersion,
  RequestLaunchTemplateData,
  ResponseLaunchTemplateData,
} from '@aws-sdk/client-ec2';
import type { Change } from '../../graph/kind.ts';
import { shortHash } from '../../graph/ownership.ts';
import { isUnresolved } from '../../graph/ref.ts';
import { tagList } from '../tags.ts';

export interface LaunchTemplateInputs {
  /** Unique in account and region: 3 to 128 letters, digits and `().-/_`. */
  readonly name: string;
  /** Id of an image, or `resolve:ssm:` and the name of the parameter that holds it when an instance starts. */
  readonly image: string;
  readonly instanceProfileArn: string;
  readonly securityGroupIds: readonly string[];
  /** The volume that the image starts from. */
  readonly volume: { readonly device: string; readonly sizeGiB: number };
  /** What an instance does when it first starts, as plain text. */
  readonly userData: string;
  /** What instances, their volumes and their interfaces carry from the start. */
  readonly tags: Readonly<Record<string, string>>;
}

/** Which part of AWS's content each input becomes. */
const FIELDS = {
  image: 'ImageId',
  instanceProfileArn: 'IamInstanceProfile',
  securityGroupIds: 'SecurityGroupIds',
  volume: 'BlockDeviceMappings',
  metadata: 'MetadataOptions',
  userData: 'UserData',
  tags: 'TagSpecifications',
} as const satisfies Record<string, keyof RequestLaunchTemplateData & keyof ResponseLaunchTemplateData>;

/** What a version is made of, in AWS's words. */
export function contentOf(inputs: LaunchTemplateInputs): RequestLaunchTemplateData {
  const { volume } = inputs;
  return {
    ImageId: inputs.image,
    IamInstanceProfile: { Arn: inputs.instanceProfileArn },
    SecurityGroupIds: [...inputs.securityGroupIds],
    BlockDeviceMappings: [
      {
        DeviceName: volume.device,
        Ebs: { VolumeSize: volume.sizeGiB, VolumeType: 'gp3', Encrypted: true, DeleteOnTermination: true },
      },
    ],
    // With one hop the containers behind Docker's bridge are not given the credentials of their instance.
    MetadataOptions: { HttpEndpoint: 'enabled', HttpTokens: 'required', HttpPutResponseHopLimit: 1 },
    UserData: Buffer.from(inputs.userData).toString('base64'),
    TagSpecifications: (['instance', 'volume', 'network-interface'] as const).map((ResourceType) => ({
      ResourceType,
      Tags: tagList(inputs.tags),
    })),
  };
}

/** What the description of a version says of its content; at most 255 characters. */
export function descriptionOf(inputs: LaunchTemplateInputs): string {
  return `landfall ${shortHash(JSON.stringify(contentOf(inputs)), 32)}`;
}

/** What differs from the content of a version. The description decides; what AWS describes names the fields for people. */
export function contentChanges(
  inputs: LaunchTemplateInputs,
  version: LaunchTemplateVersion | undefined,
): Change[] {
  const wanted = contentOf(inputs);
  const now = version?.LaunchTemplateData ?? {};
  const fields = Object.entries(FIELDS).flatMap(([path, field]): Change[] => {
    const [from, to] = [now[field], wanted[field]];
    return holds(from, to) ? [] : [{ path, ...(from !== undefined && { from }), to }];
  });
  // The hash is of what is known: what is still to come may come back as it was.
  if (isUnresolved(inputs)) return fields.filter(({ to }) => isUnresolved(to));
  const [from, to] = [version?.VersionDescription, descriptionOf(inputs)];
  if (from === to) return [];
  return fields.length > 0 ? fields : [{ path: 'content', ...(from !== undefined && { from }), to }];
}

/** Whether everything that `wanted` says is there already; AWS may add to it. */
function holds(there: unknown, wanted: unknown): boolean {
  if (typeof wanted !== 'object' || wanted === null) return there === wanted;
  if (typeof there !== 'object' || there === null) return false;
  const fields = there as Readonly<Record<string, unknown>>;
  return Object.entries(wanted).every(([key, item]) => holds(fields[key], item));
}
