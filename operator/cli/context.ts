import { findAws, readConfig, type AwsPlace, type Config } from '../config.ts';
import type { Terminal } from './terminal.ts';
import { UsageError } from './usage.ts';

/** Options that every command has which reads manifests. */
export interface CommonOptions {
  readonly filename?: readonly string[];
  readonly namespace?: string;
  readonly installation?: string;
  readonly color?: boolean;
}

/** The configuration of a command, and where AWS is. Says on the notes when a local AWS is used that nobody named. */
export function contextOf(
  options: CommonOptions,
  terminal: Terminal,
  { quiet = false } = {},
): { config: Config; place: AwsPlace } {
  const place = findAws(process.cwd());
  if (place.source === 'file' && !quiet)
    terminal.note(`landfall: using the local AWS of .landfall/aws.env at ${place.endpoint ?? ''}`);
  const config = readConfig();
  const installation = options.installation ?? config.installation;
  if (!/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(installation)) {
    throw new UsageError(
      `--installation ${installation} is not an installation id: use lower-case letters, digits and dashes, at most 63, as in LANDFALL_INSTALLATION of the operator`,
    );
  }
  return { config: { ...config, installation, awsEndpoint: place.endpoint }, place };
}

/** The paths given with `-f`. Throws {@link UsageError} with an example where there are none. */
export function pathsOf(command: string, options: CommonOptions): readonly string[] {
  if (options.filename !== undefined && options.filename.length > 0) return options.filename;
  throw new UsageError(
    `landfall ${command} needs to know which manifests: landfall ${command} -f manifests/`,
  );
}

/** Which AWS was read, in a sentence. */
export function placeText(place: AwsPlace): string {
  if (place.endpoint === undefined) return 'AWS';
  const from = place.source === 'environment' ? 'AWS_ENDPOINT_URL' : '.landfall/aws.env';
  return `AWS at ${place.endpoint} (${from})`;
}
