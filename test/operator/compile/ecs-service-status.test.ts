import { expect, it } from 'vitest';
import { outputsOfEcsService } from '../../../operator/compile/ecs-service/status.ts';
import { READY } from '../../../operator/graph/kind.ts';

const of = (outputs: Readonly<Record<string, string>>) =>
  outputsOfEcsService([
    { node: 'service', type: 'EcsService', id: 'id', state: READY, outputs: { id: 'id', ...outputs } },
  ]);
const time = '2026-01-01T00:00:00.000Z';

it('has what ECS said, and why the last task stopped, as much of it as there is room for', () => {
  const said = 'x'.repeat(2000);
  const status = of({
    events: JSON.stringify([
      { time, message: 'has reached a steady state.' },
      { time, message: said },
    ]),
    lastStoppedTask: JSON.stringify({ time, reason: said }),
  });
  expect(status).toMatchObject({
    events: [
      { time, message: 'has reached a steady state.' },
      { time, message: said.slice(0, 1024) },
    ],
    lastStoppedTask: { time, reason: said.slice(0, 1024) },
  });
});

it('says nothing where there is nothing to say', () => {
  const { events, lastStoppedTask } = of({ events: '', lastStoppedTask: '' });
  expect({ events, lastStoppedTask }).toEqual({});
});
