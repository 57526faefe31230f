import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** The environment that a function reads: `process.env`, or a test's own. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The one folder outside the clone where anything may be left: `LANDFALL_CACHE`, else the user's XDG cache. */
export const cacheRoot = (env: Environment): string =>
  resolve(env['LANDFALL_CACHE'] || join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'landfall'));

const clone = resolve(import.meta.dirname, '..', '..');

/** Where state of the shell's local things is kept: `LANDFALL_STATE`, else inside the clone, ignored by Git. */
export const stateFolder = resolve(process.env['LANDFALL_STATE'] || join(clone, '.landfall'));

/** State of the shell's cluster. */
export const shellStateFolder = join(stateFolder, 'cluster');

/** The go.mod that pins what the control plane is built from. */
export const modulesFolder = join(import.meta.dirname, 'binaries');
