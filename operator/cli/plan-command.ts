import type { AwsPlace } from '../config.ts';
import { contextOf, pathsOf, placeText, type CommonOptions } from './context.ts';
import { DONE, FAILED, NOT_DONE } from './exit-codes.ts';
import { failuresText } from './failures-text.ts';
import { planResources } from './live.ts';
import { readManifests, type Manifests } from './manifests.ts';
import { planDocument } from './plan-json.ts';
import { claimText, planText, summarizeAll, summaryText } from './plan-text.ts';
import type { Terminal } from './terminal.ts';
import { Failures, type Failure } from './usage.ts';
import { counted } from './words.ts';

export interface PlanOptions extends CommonOptions {
  readonly json?: boolean;
}

/** Prints what the operator would do for the manifests. Reads AWS and writes nothing. Returns the exit code. */
export async function planCommand(options: PlanOptions, terminal: Terminal): Promise<number> {
  const startedAt = performance.now();
  const read = await readOrFail(pathsOf(options), options);
  const { config, place } = contextOf(options, terminal);
  const { installation } = config;
  const { endpoint } = place;
  const print = (input: Pick<Parameters<typeof planDocument>[0], 'planned' | 'claimed' | 'failures'>) =>
    terminal.out(JSON.stringify(planDocument({ installation, endpoint, ...input }), undefined, 2));
  if (read instanceof Failures) {
    if (options.json === true) print({ planned: [], claimed: [], failures: read.list });
    throw read;
  }
  const { planned, claimed, failures, calls } = await planResources(config, read);
  const { paint } = terminal;
  if (options.json === true) {
    print({ planned, claimed, failures });
  } else {
    terminal.out(`${placeText(place)}, installation ${installation}\n`);
    for (const one of planned) terminal.out(planText(one, paint));
    if (planned.length > 0) terminal.out(summaryText(summarizeAll(planned), paint));
    for (const one of claimed) terminal.note(claimText(one, paint));
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    terminal.note(paint.dim(`${counted(calls, 'AWS call')} in ${seconds} s, none of which writes`));
  }
  if (failures.length > 0) {
    terminal.note(failuresText(failures, paint));
    if (isGone(place, failures))
      terminal.note('Is the local AWS still running? make aws-up starts it; make aws-down forgets it.');
    return FAILED;
  }
  return planned.some(({ plan }) => plan.actions.length > 0) ? NOT_DONE : DONE;
}

async function readOrFail(paths: readonly string[], options: PlanOptions): Promise<Manifests | Failures> {
  try {
    return await readManifests(paths, { ...options, resources: true });
  } catch (error) {
    if (error instanceof Failures) return error;
    throw error;
  }
}

/** The file of a local AWS outlives it when the machine goes down. */
function isGone(place: AwsPlace, failures: readonly Failure[]): boolean {
  return place.source === 'file' && failures.some(({ message }) => message.includes('ECONNREFUSED'));
}
