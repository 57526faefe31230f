import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const module = join(import.meta.dirname, '../../../k8s-local/demo/interruption.ts');

/** Runs a script with an `interruption`; sends a signal for each line `signal` that it prints. */
async function send(
  signal: NodeJS.Signals,
  script: string,
): Promise<{ code: number | null; lines: string[] }> {
  const source = `
    import { onInterruption } from ${JSON.stringify(module)};
    setInterval(() => {}, 1000);
    const interruption = onInterruption({
      onFirst: () => console.log('first'),
      onSecond: () => console.log('second'),
    });
    ${script}`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', source], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  let sent = 0;
  child.stdout.setEncoding('utf8').on('data', (piece: string) => {
    text += piece;
    for (; sent < text.split('signal\n').length - 1; sent += 1) child.kill(signal);
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, lines: text.trim().split('\n') };
}

test('the first signal interrupts what is waited for, the second one leaves at once', async () => {
  const { code, lines } = await send(
    'SIGINT',
    `
    const never = interruption.orEnd(new Promise(() => {}));
    console.log('signal');
    await never.catch((error) => console.log(error.message, error.exitCode, interruption.signal.aborted));
    console.log('signal');`,
  );
  expect(lines).toEqual(['signal', 'first', 'interrupted by SIGINT 130 true', 'signal', 'second']);
  expect(code).toBe(130);
});

test('a signal that is waited for interrupts nothing; the next one does', async () => {
  const { code, lines } = await send(
    'SIGTERM',
    `
    const taken = interruption.taken();
    console.log('signal');
    await taken;
    console.log('taken', interruption.signal.aborted);
    const never = interruption.orEnd(new Promise(() => {}));
    console.log('signal');
    await never.catch((error) => process.exit(error.exitCode));`,
  );
  expect(lines).toEqual(['signal', 'taken false', 'signal', 'first']);
  expect(code).toBe(143);
});
