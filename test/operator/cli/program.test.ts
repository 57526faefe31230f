import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { root } from './portal.ts';

/** Runs the program as it stands in the sources. */
async function landfall(...args: string[]): Promise<{ code: number | null; out: string; err: string }> {
  const child = spawn(process.execPath, [join(root, 'bin/landfall.js'), ...args], {
    cwd: join(root, 'test'),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = new Promise<number | null>((done) => child.once('exit', done));
  const [out, err, code] = await Promise.all([text(child.stdout), text(child.stderr), exited]);
  return { code, out, err };
}

describe('usage errors say what to type instead', () => {
  it.each([
    [['plam'], "unknown command 'plam' (Did you mean plan?)"],
    [['plan'], 'landfall plan needs to know which manifests: landfall plan -f manifests/'],
    [['plan', '-f', 'nowhere'], 'there is no file or folder nowhere'],
    [
      ['graph', '-f', '../manifests/examples/portal', '-o', 'no/such/folder/x.svg'],
      'cannot write no/such/folder/x.svg',
    ],
    [['plan', '--jsn'], "unknown option '--jsn' (Did you mean --json?)"],
    [['graph', '--format', 'pdf'], 'Allowed choices are text, mermaid, dot, svg.'],
    [['render', '-f', '../docs'], 'give the folder with your manifests: -f manifests/'],
    [
      ['render', '-f', '../manifests/examples/portal', '--installation', 'Not_An_Id'],
      '--installation Not_An_Id is not an installation id',
    ],
  ])('%j', async (args, message) => {
    const { code, out, err } = await landfall(...args);
    expect(err).toContain(message);
    expect({ code, out }).toEqual({ code: 1, out: '' });
  });
});

describe('help', () => {
  it('lists every command', async () => {
    const { code, out } = await landfall('--help');
    expect(code).toBe(0);
    for (const command of ['plan', 'graph', 'render', 'accounts'])
      expect(out).toMatch(new RegExp(`^  ${command} `, 'm'));
  });
});

describe('render', () => {
  it('prints the graph without AWS, and says what it assumed', async () => {
    const { code, out, err } = await landfall(
      'render',
      '-f',
      '../manifests/examples/portal',
      '--zones',
      'us-east-1c,us-east-1d',
    );
    expect(code).toBe(0);
    expect(err).toContain('assumed, since AWS was not asked');
    const { graphs } = JSON.parse(out) as { graphs: { nodes: { key: string }[]; edges: object[] }[] };
    expect(graphs).toHaveLength(1);
    expect(graphs[0]?.nodes.map(({ key }) => key)).toContain('subnet/private-d');
    expect(graphs[0]?.edges).toContainEqual({ from: 'subnet/private-d', to: 'vpc' });
    expect(out).toContain('${security-group/ecs.id}');
  });
});
