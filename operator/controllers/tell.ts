import { eventType, type EventReason } from '../api/events.ts';
import type { EventRecorder } from '../kube/events.ts';
import type { KubeObject } from '../kube/types.ts';
import { refOf } from './resource-status.ts';

/** Writes an event about an object. Only reasons that the reference documents can be told. */
export function tell(
  events: EventRecorder,
  object: KubeObject & { readonly kind: string },
  note: { readonly reason: EventReason; readonly action: string; readonly message: string },
): void {
  events.record(refOf(object), { type: eventType(note.reason), ...note });
}
