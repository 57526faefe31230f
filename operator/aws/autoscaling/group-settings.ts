import type { AutoScalingGroup, MixedInstancesPolicy } from '@aws-sdk/client-auto-scaling';
import type { Change } from '../../graph/kind.ts';

export interface AutoScalingGroupInputs {
  /** At most 255 characters, unique in account and region. */
  readonly name: string;
  readonly launchTemplateId: string;
  /** The number of a version, as text. */
  readonly launchTemplateVersion: string;
  /** As `t3.micro`; whichever is cheapest, or of Spot least likely to be taken away, is started. */
  readonly instanceTypes: readonly string[];
  /** How many of a hundred instances are of Spot. */
  readonly spotPercent: number;
  readonly minSize: number;
  readonly maxSize: number;
  /** With how many instances a new group begins; default the smallest number. */
  readonly initialSize?: number;
  readonly subnetIds: readonly string[];
}

interface Settings {
  readonly MinSize: number;
  readonly MaxSize: number;
  readonly VPCZoneIdentifier: string;
  readonly NewInstancesProtectedFromScaleIn: boolean;
  readonly MixedInstancesPolicy: MixedInstancesPolicy;
}

interface Setting {
  readonly path: string;
  readonly of: (group: AutoScalingGroup) => unknown;
  readonly wanted: (inputs: AutoScalingGroupInputs) => unknown;
  /** The part of a call that holds it. */
  readonly in: keyof Settings;
}

const templateOf = ({ MixedInstancesPolicy: policy }: AutoScalingGroup) =>
  policy?.LaunchTemplate?.LaunchTemplateSpecification;

/** Everything that UpdateAutoScalingGroup changes in place and Landfall says. */
const SETTINGS: readonly Setting[] = [
  {
    path: 'launchTemplateId',
    of: (group) => templateOf(group)?.LaunchTemplateId,
    wanted: (inputs) => inputs.launchTemplateId,
    in: 'MixedInstancesPolicy',
  },
  {
    path: 'launchTemplateVersion',
    of: (group) => templateOf(group)?.Version,
    wanted: (inputs) => inputs.launchTemplateVersion,
    in: 'MixedInstancesPolicy',
  },
  {
    path: 'instanceTypes',
    of: ({ MixedInstancesPolicy: policy }) =>
      (policy?.LaunchTemplate?.Overrides ?? []).map(({ InstanceType = '' }) => InstanceType).sort(),
    wanted: (inputs) => [...inputs.instanceTypes].sort(),
    in: 'MixedInstancesPolicy',
  },
  {
    path: 'spotPercent',
    of: ({ MixedInstancesPolicy: policy }) =>
      100 - (policy?.InstancesDistribution?.OnDemandPercentageAboveBaseCapacity ?? 100),
    wanted: (inputs) => inputs.spotPercent,
    in: 'MixedInstancesPolicy',
  },
  { path: 'minSize', of: (group) => group.MinSize, wanted: (inputs) => inputs.minSize, in: 'MinSize' },
  { path: 'maxSize', of: (group) => group.MaxSize, wanted: (inputs) => inputs.maxSize, in: 'MaxSize' },
  {
    path: 'subnetIds',
    of: (group) => (group.VPCZoneIdentifier ?? '').split(',').sort(),
    wanted: (inputs) => [...inputs.subnetIds].sort(),
    in: 'VPCZoneIdentifier',
  },
  {
    path: 'protectedFromScaleIn',
    of: (group) => group.NewInstancesProtectedFromScaleIn ?? false,
    wanted: () => true,
    in: 'NewInstancesProtectedFromScaleIn',
  },
];

/** What differs of a group's settings. */
export function settingChanges(inputs: AutoScalingGroupInputs, group: AutoScalingGroup): Change[] {
  return SETTINGS.flatMap(({ path, of, wanted }): Change[] => {
    const [from, to] = [of(group), wanted(inputs)];
    if (JSON.stringify(from) === JSON.stringify(to)) return [];
    return [{ path, ...(from !== undefined && { from }), to }];
  });
}

/** What a call has to be given: for these changes what holds them, without any everything. */
export function settingsFor(inputs: AutoScalingGroupInputs): Settings;
export function settingsFor(inputs: AutoScalingGroupInputs, changes: readonly Change[]): Partial<Settings>;
export function settingsFor(inputs: AutoScalingGroupInputs, changes?: readonly Change[]): Partial<Settings> {
  const settings: Settings = {
    MinSize: inputs.minSize,
    MaxSize: inputs.maxSize,
    VPCZoneIdentifier: inputs.subnetIds.join(','),
    // ECS ends an instance only when no task is left on it, and can do so with protected instances alone.
    NewInstancesProtectedFromScaleIn: true,
    MixedInstancesPolicy: {
      LaunchTemplate: {
        LaunchTemplateSpecification: {
          LaunchTemplateId: inputs.launchTemplateId,
          Version: inputs.launchTemplateVersion,
        },
        Overrides: inputs.instanceTypes.map((InstanceType) => ({ InstanceType })),
      },
      InstancesDistribution: {
        OnDemandBaseCapacity: 0,
        OnDemandPercentageAboveBaseCapacity: 100 - inputs.spotPercent,
        OnDemandAllocationStrategy: 'lowest-price',
        SpotAllocationStrategy: 'price-capacity-optimized',
      },
    },
  };
  if (!changes) return settings;
  const parts = new Set(
    SETTINGS.filter(({ path }) => changes.some((change) => change.path === path)).map((one) => one.in),
  );
  return Object.fromEntries(Object.entries(settings).filter(([part]) => parts.has(part as keyof Settings)));
}
