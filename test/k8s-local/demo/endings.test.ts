import { expect, test } from 'vitest';
import { Endings } from '../../../k8s-local/demo/endings.ts';

test('the last thing goes first, each once, and what is added meanwhile goes too', async () => {
  const endings = new Endings();
  const gone: string[] = [];
  const step = (name: string) => async () => void gone.push(name);
  endings.add('one', 5, step('one'));
  endings.add('two', 5, async () => {
    gone.push('two');
    // As a server that had been starting when the end began.
    endings.add('late', 5, step('late'));
  });
  endings.add('three', 5, step('three'));
  const [first, second] = await Promise.all([endings.run(), endings.run()]);
  expect(gone).toEqual(['three', 'two', 'late', 'one']);
  expect([first, second]).toEqual([[], []]);
});

test('what fails or takes too long is told, and the rest goes on', async () => {
  const endings = new Endings();
  let last = false;
  endings.add('the last', 5, async () => void (last = true));
  endings.add('A server may be left', 0.02, async () => new Promise(() => {}));
  endings.add('Objects are left', 5, async () => Promise.reject(new Error('no answer\n')));
  expect(await endings.run()).toEqual([
    'Objects are left (no answer).',
    'A server may be left (not gone after 0.02 s).',
  ]);
  expect(last).toBe(true);
});
