import { kindOf, kindRegistry, type Kinds } from '../graph/kind.ts';
import { aliasEndpointsKind } from './alias-endpoints.ts';
import { deploymentKind } from './deployment.ts';
import { generatedSecretKind } from './generated-secret.ts';
import { horizontalPodAutoscalerKind } from './horizontal-pod-autoscaler.ts';
import { networkPolicyKind } from './network-policy.ts';
import { persistentVolumeClaimKind } from './persistent-volume-claim.ts';
import { secretCopyKind } from './secret-copy.ts';
import { serviceAccountKind } from './service-account.ts';
import { serviceKind } from './service.ts';
import type { LocalSession } from './session.ts';
import { statefulSetKind } from './stateful-set.ts';

/** Every sort of object that Landfall makes in a cluster. */
export const localKinds: Kinds<LocalSession> = kindRegistry<LocalSession>([
  serviceAccountKind,
  generatedSecretKind,
  secretCopyKind,
  persistentVolumeClaimKind,
  networkPolicyKind,
  serviceKind,
  aliasEndpointsKind,
  deploymentKind,
  statefulSetKind,
  horizontalPodAutoscalerKind,
]);

/** Some of them, by type. Throws where one was never registered: an error of the program. */
export function localKindsOf(types: readonly string[]): Kinds<LocalSession> {
  return new Map(types.map((type) => [type, kindOf(localKinds, type)]));
}
