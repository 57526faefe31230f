import type { VpcEndpoint } from '@aws-sdk/client-ec2';
import { READY, type State } from '../../graph/kind.ts';

/** How far an endpoint is. AWS writes its states in small letters, and the SDK in capitals. */
export function stateOf(endpoint: VpcEndpoint): State {
  const id = endpoint.VpcEndpointId;
  const state = (endpoint.State ?? '').toLowerCase();
  const service = endpoint.ServiceName;
  if (state === 'available') return READY;
  if (state === 'deleting' || state === 'deleted') {
    return {
      phase: 'deleting',
      reason: 'WaitingForAws',
      message: `endpoint ${id} to ${service} is being deleted`,
    };
  }
  if (state === 'failed' || state === 'rejected' || state === 'expired') {
    const why = endpoint.LastError?.Message ?? 'AWS gives no reason';
    return {
      phase: 'failed',
      reason: 'AwsRefused',
      message: `endpoint ${id} to ${service} is ${state}: ${why}; delete it and Landfall makes a new one`,
    };
  }
  if (state === 'pendingacceptance')
    return {
      phase: 'pending',
      reason: 'WaitingForAcceptance',
      message: `endpoint ${id} to ${service} waits until the provider of the service accepts the connection`,
    };
  return { phase: 'pending', reason: 'WaitingForAws', message: `endpoint ${id} to ${service} is ${state}` };
}
