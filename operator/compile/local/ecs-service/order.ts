import type { Container } from '../../../api/containers.ts';
import { Terminal } from '../../../errors.ts';

/** When containers start: some one by one before the others, each once or beside them, and the others together. */
export interface StartOrder {
  readonly before: readonly { readonly container: Container; readonly ends: boolean }[];
  readonly others: readonly Container[];
}

/**
 * What is waited for comes before: until it has ended (Complete, Success), or as a sidecar, whose startup probe says when it is well
 * (Start, Healthy). Kubernetes starts such containers one by one, so that more is waited for than a manifest may say, and never
 * less. Throws Terminal (`InvalidSpec`) where containers wait for each other.
 */
export function startOrderOf(containers: readonly Container[]): StartOrder {
  const byName = new Map(containers.map((container) => [container.name, container]));
  const placed: Container[] = [];
  const place = (container: Container, path: readonly string[]) => {
    if (placed.includes(container)) return;
    const { name } = container;
    if (path.includes(name)) throw cycle([...path.slice(path.indexOf(name)), name]);
    for (const { container: other } of container.dependsOn) {
      const first = byName.get(other);
      if (first) place(first, [...path, name]);
    }
    placed.push(container);
  };
  for (const container of containers) place(container, []);
  const waits = containers.flatMap(({ dependsOn }) => dependsOn);
  const isAwaited = ({ name }: Container) => waits.some(({ container }) => container === name);
  const ends = ({ name }: Container) =>
    waits.some(
      ({ container, condition }) =>
        container === name && (condition === 'Complete' || condition === 'Success'),
    );
  return {
    before: placed.filter(isAwaited).map((container) => ({ container, ends: ends(container) })),
    others: placed.filter((container) => !isAwaited(container)),
  };
}

function cycle(path: readonly string[]): Terminal {
  return new Terminal(
    'InvalidSpec',
    `spec.task.containers wait for each other: ${path.join(' waits for ')}: take one dependsOn away`,
  );
}
