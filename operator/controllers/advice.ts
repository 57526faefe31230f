import { CONDITIONS, type ReasonDoc, type ReconcilingReason, type StalledReason } from '../api/conditions.ts';

/** Reasons whose message is in the words of AWS or of a library, which seldom tell what to do about it. */
const IN_OTHER_WORDS: ReadonlySet<string> = new Set<StalledReason | ReconcilingReason>([
  'AccessDenied',
  'QuotaExceeded',
  'AddressesUsedUp',
  'AwsRefused',
  'CredentialsUnavailable',
  'CredentialsExpired',
  'AlreadyExists',
  'AwsUnreachable',
  'InternalError',
  'NotYetVisible',
  'Throttled',
]);

/** A message followed by what to do, where that is not part of it: for whoever reads it in the night. */
export function advised(reason: string, message: string): string {
  if (!IN_OTHER_WORDS.has(reason)) return message;
  const waits = reason in CONDITIONS.Reconciling.reasons;
  const docs: Readonly<Record<string, ReasonDoc>> = waits
    ? CONDITIONS.Reconciling.reasons
    : CONDITIONS.Stalled.reasons;
  const advice = [waits ? 'It is tried again by itself.' : '', docs[reason]?.todo ?? ''];
  const text = advice.filter((sentence) => sentence !== '').join(' ');
  return text === '' ? message : `${message.replace(/\.$/, '')}. ${text}`;
}
