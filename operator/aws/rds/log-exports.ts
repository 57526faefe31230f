import type { CloudwatchLogsExportConfiguration, PendingCloudwatchLogsExports } from '@aws-sdk/client-rds';
import type { Change } from '../../graph/kind.ts';
import { setChanges } from './settings.ts';

const PATH = 'logExports';

/** As instances and clusters of RDS have them. */
interface Described {
  readonly EnabledCloudwatchLogsExports?: string[] | undefined;
  readonly PendingModifiedValues?:
    { readonly PendingCloudwatchLogsExports?: PendingCloudwatchLogsExports | undefined } | undefined;
}

/** The logs that are written to CloudWatch Logs, those included that are about to be. */
function logsOf(record: Described): string[] {
  const now = record.EnabledCloudwatchLogsExports ?? [];
  const { LogTypesToEnable = [], LogTypesToDisable = [] } =
    record.PendingModifiedValues?.PendingCloudwatchLogsExports ?? {};
  return [...new Set([...now, ...LogTypesToEnable])].filter((log) => !LogTypesToDisable.includes(log)).sort();
}

/** What differs of the logs. */
export function logChanges(logExports: readonly string[], record: Described): Change[] {
  return setChanges(PATH, logsOf(record), logExports);
}

/** These changes as a modify call takes them. */
export function logsFor(changes: readonly Change[]): {
  CloudwatchLogsExportConfiguration?: CloudwatchLogsExportConfiguration;
} {
  const logs = changes.filter(({ path }) => path.startsWith(`${PATH}[`));
  if (logs.length === 0) return {};
  const named = ({ path }: Change) => path.slice(`${PATH}[`.length, -1);
  const EnableLogTypes = logs.filter(({ to }) => to !== undefined).map(named);
  const DisableLogTypes = logs.filter(({ to }) => to === undefined).map(named);
  return {
    CloudwatchLogsExportConfiguration: {
      ...(EnableLogTypes.length > 0 && { EnableLogTypes }),
      ...(DisableLogTypes.length > 0 && { DisableLogTypes }),
    },
  };
}
