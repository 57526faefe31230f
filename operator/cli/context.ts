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
  return { config: { ...config, installation, awsEndpoint: place.endpoint }, place };
}

/** The paths given with `-f`. Throws {@link UsageError} with an example where there are none. */
export function pathsOf(options: CommonOptions): readonly string[] {
  if (options.filename !== undefined && options.filename.length > 0) return options.filename;
  throw new UsageError('-f has to say where the manifests are', {
    instead: (command) => `${command} -f manifests/`,
  });
}

/** Which AWS was read, in a sentence. */
export function placeText(place: AwsPlace): string {
  if (place.endpoint === undefined) return 'AWS';
  const from = place.source === 'environment' ? 'AWS_ENDPOINT_URL' : '.landfall/aws.env';
  return `AWS at ${place.endpoint} (${from})`;
}
