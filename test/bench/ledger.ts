import type { LedgerEntry } from '../../k8s-local/aws/admin-client.ts';
import { callsOf } from './fewest-calls.ts';
import { namesOf, type Subject } from './subjects.ts';

/** How AWS's services say that a bucket is empty. */
const THROTTLED = new Set([
  'RequestLimitExceeded',
  'Throttling',
  'ThrottlingException',
  'ThrottledException',
]);

export function throttledIn(ledger: readonly LedgerEntry[]): number {
  return ledger.filter((call) => THROTTLED.has(call.error ?? '')).length;
}

/** Calls before the first VPC of an account that name no object: what is read and claimed once for all that come. */
export function callsAtFirst(
  ledger: readonly LedgerEntry[],
  subject: Subject,
  count: number,
): readonly LedgerEntry[] {
  const names = namesOf(subject, count);
  const namesNone = ({ params }: LedgerEntry) => {
    const text = JSON.stringify(params);
    return !names.some((name) => text.includes(name));
  };
  return [...Map.groupBy(ledger, ({ account }) => account).values()].flatMap((calls) => {
    const vpc = calls.findIndex(({ action }) => action === 'CreateVpc');
    return calls.slice(0, vpc).filter(namesNone);
  });
}

/** How many calls of each action are more than the fewest, or fewer; of calls without those at first. */
export function beyondFewest(
  ledger: readonly LedgerEntry[],
  subject: Subject,
  count: number,
): Record<string, number> {
  const fewest = callsOf(subject.fewest);
  const made = callsByAction(ledger);
  const actions = [...new Set([...Object.keys(made), ...fewest.keys()])];
  const beyond = actions.map(
    (action) => [action, (made[action] ?? 0) - (fewest.get(action) ?? 0) * count] as const,
  );
  return Object.fromEntries(beyond.filter(([, calls]) => calls !== 0).sort((a, b) => b[1] - a[1]));
}

/** How many calls of each action there are, the most frequent first. */
export function callsByAction(ledger: readonly LedgerEntry[]): Record<string, number> {
  const byAction = Map.groupBy(ledger, ({ action }) => action ?? 'unknown');
  return Object.fromEntries(
    [...byAction].map(([action, calls]) => [action, calls.length] as const).sort((a, b) => b[1] - a[1]),
  );
}
