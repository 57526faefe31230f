import type { Paint } from './terminal.ts';
import type { Failure } from './usage.ts';

/** Failures for people, by file: `file:line (document N) object`, then each field, its value and what to do. */
export function failuresText(failures: readonly Failure[], paint: Paint): string {
  const groups = Map.groupBy(failures, headOf);
  return [...groups]
    .map(([head, members]) => {
      const lines = members.map((failure) => `  ${paint.red('✗')} ${lineOf(failure)}`);
      return [...(head === '' ? [] : [paint.bold(head)]), ...lines].join('\n');
    })
    .join('\n');
}

function headOf({ file, line, document, object }: Failure): string {
  const at = file === undefined ? '' : `${file}:${line ?? 1} (document ${document ?? 1})`;
  return [at, object].filter(Boolean).join(' ');
}

function lineOf({ field, value, message }: Failure): string {
  if (field === undefined || field === '') return message;
  const shown = value === null || typeof value !== 'object' ? JSON.stringify(value) : undefined;
  const known = shown === undefined || message.includes(shown.replaceAll('"', ''));
  return `${field}:${known ? '' : ` ${shown}:`} ${message}`;
}
