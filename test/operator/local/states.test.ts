import { describe, expect, it } from 'vitest';
import { deploymentKind } from '../../../operator/local/deployment.ts';
import { horizontalPodAutoscalerKind } from '../../../operator/local/horizontal-pod-autoscaler.ts';
import { persistentVolumeClaimKind } from '../../../operator/local/persistent-volume-claim.ts';
import { pick } from '../../../operator/local/conditions.ts';
import { recordOf, type Fields } from '../../../operator/local/record.ts';
import { serviceKind } from '../../../operator/local/service.ts';
import { statefulSetKind } from '../../../operator/local/stateful-set.ts';

const everything = (status: Fields) => pick(...Object.keys(status))(status);
const record = (spec: object, status: Fields, metadata: object = {}) =>
  recordOf(
    { metadata: { name: 'api', namespace: 'shop', uid: 'u', generation: 2, ...metadata }, spec, status },
    everything,
  );
const condition = (type: string, status: string, reason: string, message = '') => ({
  conditions: [{ type, status, reason, message, lastTransitionTime: '2026-01-01T00:00:00Z' }],
});
const full = { observedGeneration: 2, replicas: 2, updatedReplicas: 2, availableReplicas: 2 };

describe('a Deployment', () => {
  const state = (status: Fields, metadata = {}) =>
    deploymentKind.state(record({ replicas: 2 }, status, metadata));

  it('is ready with all its pods, and those alone', () => {
    expect(state(full)).toEqual({ phase: 'ready' });
    expect(state({ ...full, replicas: 3 })).toMatchObject({ phase: 'pending' });
    expect(state({ ...full, availableReplicas: 1 })).toEqual({
      phase: 'pending',
      reason: 'WaitingForCluster',
      message: 'Deployment shop/api has 1 of 2 pods available',
    });
  });

  it('is not ready by what was seen of another generation', () => {
    expect(state({ ...full, observedGeneration: 1 })).toMatchObject({ phase: 'pending' });
    expect(state({})).toMatchObject({ phase: 'pending' });
  });

  it('has failed when its time is over, with the words of what makes pods where there are any', () => {
    const late = condition('Progressing', 'False', 'ProgressDeadlineExceeded', 'has timed out progressing');
    expect(state({ ...full, updatedReplicas: 1, ...late })).toEqual({
      phase: 'failed',
      reason: 'PodsFailed',
      message: 'Deployment shop/api does not get its pods to run: has timed out progressing',
    });
    const refused = condition('ReplicaFailure', 'True', 'FailedCreate', 'exceeded quota: small').conditions;
    expect(
      state({ ...full, availableReplicas: 1, conditions: [...late.conditions, ...refused] }),
    ).toMatchObject({ message: 'Deployment shop/api does not get its pods to run: exceeded quota: small' });
  });

  it('goes as soon as somebody has asked for it', () => {
    expect(state(full, { deletionTimestamp: '2026-01-01T00:00:00Z' })).toMatchObject({ phase: 'deleting' });
  });
});

describe('a StatefulSet', () => {
  const state = (status: Fields, spec = {}) =>
    statefulSetKind.state(record({ replicas: 1, ...spec }, status));
  const ready = {
    observedGeneration: 2,
    replicas: 1,
    readyReplicas: 1,
    currentRevision: 'a',
    updateRevision: 'a',
  };

  it('is ready when its pods are, as they are to be', () => {
    expect(state(ready)).toEqual({ phase: 'ready' });
    expect(state({ ...ready, readyReplicas: 0 })).toMatchObject({ phase: 'pending' });
    expect(state({ ...ready, replicas: 2 })).toMatchObject({ phase: 'pending' });
    expect(state({ ...ready, updateRevision: 'b' })).toMatchObject({ phase: 'pending' });
    expect(state({ ...ready, updateRevision: 'b' }, { updateStrategy: { type: 'OnDelete' } })).toEqual({
      phase: 'ready',
    });
  });
});

describe('what else there is', () => {
  it('a claim is ready when it is bound, or waits for its first pod', () => {
    const state = (spec: object, phase: string) => persistentVolumeClaimKind.state(record(spec, { phase }));
    expect(state({ volumeName: 'v' }, 'Bound')).toEqual({ phase: 'ready' });
    expect(state({}, 'Pending')).toEqual({ phase: 'ready' });
    expect(state({ volumeName: 'v' }, 'Pending')).toMatchObject({ phase: 'pending' });
    expect(state({ volumeName: 'v' }, 'Lost')).toMatchObject({ phase: 'failed', reason: 'PodsFailed' });
  });

  it('an autoscaler without metrics is on its way, and no failure', () => {
    const state = (status: Fields) => horizontalPodAutoscalerKind.state(record({}, status));
    expect(state({})).toMatchObject({ phase: 'pending' });
    expect(state(condition('ScalingActive', 'False', 'FailedGetResourceMetric', 'no metrics'))).toEqual({
      phase: 'pending',
      reason: 'WaitingForCluster',
      message: 'HorizontalPodAutoscaler shop/api does not scale: no metrics',
    });
    expect(state(condition('ScalingActive', 'False', 'ScalingDisabled'))).toEqual({ phase: 'ready' });
    expect(state(condition('ScalingActive', 'True', 'ValidMetricFound'))).toEqual({ phase: 'ready' });
  });

  it('a Service says where it is, also from outside where something gives it an address', () => {
    const outputs = (spec: object, status: Fields) => serviceKind.outputs(record(spec, status));
    expect(outputs({ clusterIP: '10.0.0.1' }, {})).toEqual({
      id: 'shop/services/api',
      name: 'api',
      namespace: 'shop',
      uid: 'u',
      address: 'api.shop.svc',
      clusterIP: '10.0.0.1',
    });
    expect(
      outputs({ clusterIP: 'None' }, { loadBalancer: { ingress: [{ ip: '192.0.2.1' }] } }),
    ).toMatchObject({ address: 'api.shop.svc', loadBalancerIp: '192.0.2.1' });
  });
});
