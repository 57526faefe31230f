import type { ActionContext } from './kind.ts';
import type { ApplyInput, Outcome } from './outcome.ts';
import { shortHash, TAG } from './ownership.ts';
import type { Action } from './plan.ts';

/** The name, CIDR or place that a create needs is held by something that is not ours. */
export class NameTaken extends Error {
  override readonly name = 'NameTaken';
  /** `words`: how the provider refused it. */
  constructor(type: string, id: string, owner: string | undefined, words: string) {
    const holder = owner === undefined ? 'which Landfall does not own' : `which belongs to ${owner}`;
    super(
      `the ${type} to create conflicts with ${id}, ${holder}; delete it, or choose another name or CIDR (${words})`,
    );
  }
}

/** Attempts an action and tells of its outcome; a quiet one only where it failed. */
export async function report<S>(
  input: ApplyInput<S>,
  action: Action,
  act: () => Promise<Partial<Outcome>>,
  options: { quiet?: boolean } = {},
): Promise<Outcome> {
  const outcome = await attempt(input, action, act);
  if (!options.quiet || outcome.result !== 'done') input.onOutcome(outcome);
  return outcome;
}

async function attempt<S>(
  input: ApplyInput<S>,
  action: Action,
  act: () => Promise<Partial<Outcome>>,
): Promise<Outcome> {
  try {
    return { action, result: 'done', clear: true, ...(await act()) };
  } catch (error) {
    if (error instanceof NameTaken)
      return { action, result: 'stalled', reason: 'NameTaken', message: error.message, clear: true };
    const verdict = input.interpret(error);
    if (verdict.kind === 'stalled' && action.id !== undefined && (await input.isGone?.(action)) === true)
      return goneMeanwhile(input, action, action.id);
    const result = verdict.kind === 'stalled' ? 'stalled' : 'waiting';
    return {
      action,
      result,
      reason: verdict.reason,
      message: verdict.message,
      clear: verdict.kind !== 'unclear',
    };
  }
}

/** A refusal of what is not there says nothing: by tags that it does not have, nobody may do anything to it. */
function goneMeanwhile<S>({ place }: ApplyInput<S>, action: Action, id: string): Outcome {
  if (action.verb === 'delete') return { action, result: 'done', id, clear: true };
  const message = `${action.type} ${id} was deleted by somebody meanwhile; what takes its place follows`;
  return { action, result: 'waiting', reason: place.waiting, message, clear: true };
}

/** What the kind of an action is given. */
export function contextFor<S>(input: ApplyInput<S>, action: Action): ActionContext<S> {
  const node = input.graph.nodes.get(action.node);
  const revision = action.verb === 'create' ? action.revision : undefined;
  const former = action.verb === 'create' ? action.former : undefined;
  return {
    session: input.session,
    owner: input.plan.owner,
    node: action.node,
    tags: { ...node?.tags, ...(revision !== undefined && { [TAG.revision]: revision }) },
    token: shortHash([input.uid, input.plan.owner, action.node, former ?? '', revision ?? ''].join('\n'), 32),
    wrote: input.wrote,
    keepsCopy: input.keepsCopy ?? true,
    ...(input.goingSince && { goingSince: input.goingSince }),
    ...(revision !== undefined && { revision }),
  };
}
