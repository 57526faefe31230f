import type { ResourceStatus } from '../api/common.ts';
import { FINALIZER } from '../controllers/pass.ts';
import { RELEASE_ANNOTATION } from '../controllers/planning.ts';
import type { GraphObject } from '../controllers/resource-status.ts';
import type { Config } from '../config.ts';
import { TAG } from '../graph/ownership.ts';
import type { KubeClient } from '../kube/client.ts';
import { isNotFound } from '../kube/errors.ts';
import { removeFinalizer } from '../kube/finalizer.ts';
import { connect, type ClusterOptions } from './cluster.ts';
import { DONE, NOT_DONE } from './exit-codes.ts';
import { EXAMPLE, gitopsOf, keyOf, namedOf, pathOf, titleOf, type Named } from './named.ts';
import { configAs, untilGone } from './removal.ts';
import { standIn } from './stand-in.ts';
import { tableText } from './table.ts';
import type { Terminal } from './terminal.ts';
import { Failures, UsageError } from './usage.ts';
import { counted } from './words.ts';

export interface ReleaseOptions extends ClusterOptions {
  readonly yes?: boolean;
  /** Do not wait for AWS to be tagged, nor ask it for anything. */
  readonly withoutAws?: boolean;
  /** In seconds. */
  readonly timeout: number;
}

interface Found extends Named {
  readonly object: GraphObject;
}

/**
 * Takes objects out of Kubernetes and leaves AWS as it is. The operator does it, by an annotation, since the spec is
 * Git's; where no operator leads this process does its work. Exit code 2 where `--yes` is missing.
 */
export async function releaseCommand(
  names: readonly string[],
  options: ReleaseOptions,
  terminal: Terminal,
): Promise<number> {
  if (names.length === 0) {
    throw new UsageError('an object has to be named, as KIND/NAMESPACE/NAME', {
      instead: (command) => `${command} ${EXAMPLE}`,
    });
  }
  const wanted = names.map(namedOf);
  const { client, config } = connect(options);
  try {
    const found = await foundOf(client, wanted);
    for (const { object, ...named } of found) {
      terminal.out(`${titleOf(named)}: ${counted((object.status.resources ?? []).length, 'thing')} in AWS`);
      const program = gitopsOf(object);
      if (program !== undefined) {
        const warning = `  ${program} makes it again, and it takes its things back, unless you take it out of Git first`;
        terminal.out(terminal.paint.yellow(warning));
      }
    }
    if (options.yes !== true) {
      terminal.out('They would stay as they are, and the objects would be gone. Say --yes to do it.');
      return NOT_DONE;
    }
    for (const one of found) await markReleased(client, one);
    const left = await untilReleased(client, configAs(config, options, found), found, options, terminal);
    terminal.out(leftText(found, left, options.withoutAws === true));
    return DONE;
  } finally {
    client.close();
  }
}

/** Has an object deleted so that its things stay. Its spec is not touched: Git would put it back. */
export async function markReleased(client: KubeClient, named: Named): Promise<void> {
  const path = pathOf(named);
  await client.mergePatch(path, { metadata: { annotations: { [RELEASE_ANNOTATION]: 'Retain' } } });
  await client.delete(path);
}

async function untilReleased(
  client: KubeClient,
  config: Config,
  found: readonly Found[],
  options: ReleaseOptions,
  terminal: Terminal,
): Promise<ReadonlyMap<string, readonly ResourceStatus[]>> {
  const wait = {
    client,
    terminal,
    timeoutMs: options.timeout * 1000,
    advice: 'Mend that, or say --without-aws to let go without tagging anything in AWS; then run it again',
  };
  const leaving = found.map((named) => ({ title: titleOf(named), path: pathOf(named) }));
  if (options.withoutAws === true) {
    for (const named of found) await letGo(client, named);
    return untilGone(leaving, wait);
  }
  const keys = new Set(found.map(keyOf));
  const accounts = new Set(found.map(({ object }) => `Account/${object.spec.accountRef.name}`));
  const stand = await standIn({
    client,
    config,
    only: (key) => keys.has(key) || accounts.has(key),
    onBegin: (why) => terminal.note(`landfall: ${why}; this process does the operator's work`),
  });
  try {
    return await untilGone(leaving, wait);
  } finally {
    await stand.stop();
  }
}

/** Takes the operator's finalizer off, whatever stands in AWS. */
async function letGo(client: KubeClient, named: Named): Promise<void> {
  try {
    const object = await client.get<GraphObject>(pathOf(named));
    await removeFinalizer(client, pathOf(named), object, FINALIZER);
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}

async function foundOf(client: KubeClient, wanted: readonly Named[]): Promise<Found[]> {
  const results = await Promise.all(
    wanted.map(async (named) => {
      try {
        return { ...named, object: await client.get<GraphObject>(pathOf(named)) };
      } catch (error) {
        if (isNotFound(error)) return named;
        throw error;
      }
    }),
  );
  const missing = results.filter((result) => !('object' in result));
  if (missing.length > 0) {
    throw new Failures(
      missing.map((named) => ({
        object: titleOf(named),
        reason: 'NotFound',
        message: 'is not in this cluster; what it may have left in AWS is listed by landfall retained',
      })),
    );
  }
  return results.flatMap((result) => ('object' in result ? [result] : []));
}

function leftText(
  found: readonly Found[],
  left: ReadonlyMap<string, readonly ResourceStatus[]>,
  untagged: boolean,
): string {
  const rows = found.flatMap((named) =>
    (left.get(pathOf(named)) ?? named.object.status.resources ?? []).map(({ kind, id, node }) => [
      kind,
      id,
      keyOf(named),
      node,
    ]),
  );
  if (rows.length === 0) return 'Released. Nothing of them was in AWS.';
  const how = untagged ? `untouched, without the tag ${TAG.retained}` : `with the tag ${TAG.retained}`;
  const table = tableText(['KIND', 'ID', 'OWNER', 'NODE'], rows, (line) => line);
  return `Released. Left in AWS, ${how}:\n\n${table}\n\nThe same manifest finds them again.`;
}
