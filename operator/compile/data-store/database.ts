import { windowsOverlap } from '../../api/data-store/windows.ts';
import { Terminal } from '../../errors.ts';

/** For how many days Performance Insights costs nothing. */
export const INSIGHTS_DAYS = 7;

/** What the specs of all databases of RDS have. */
interface Spec {
  readonly backup: { readonly window?: string | undefined };
  readonly maintenanceWindow?: string | undefined;
  readonly parameters: readonly { readonly name: string; readonly value: string }[];
}

/** The parameters that a spec sets, by name. */
export function parametersOf({ parameters }: Pick<Spec, 'parameters'>): Readonly<Record<string, string>> {
  return Object.fromEntries(parameters.map(({ name, value }) => [name, value]));
}

/** AWS refuses windows that are in each other's way. Throws Terminal (`InvalidSpec`). */
export function requireApart(
  field: string,
  { backup: { window }, maintenanceWindow }: Pick<Spec, 'backup' | 'maintenanceWindow'>,
): void {
  if (window === undefined || maintenanceWindow === undefined) return;
  if (windowsOverlap(window, maintenanceWindow))
    throw new Terminal(
      'InvalidSpec',
      `${field}.backup.window ${window} and maintenanceWindow ${maintenanceWindow} are in each other's way, which AWS refuses: move one of them`,
    );
}
