import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { run } from '../../k8s-local/cluster/run.ts';
import { resolveGitOpsProgram } from '../../k8s-local/gitops/programs.ts';

/** The statuses of kstatus. */
export type Kstatus = 'InProgress' | 'Current' | 'Failed' | 'Terminating' | 'NotFound' | 'Unknown';

interface Answer<S> {
  readonly status: S;
  readonly message?: string;
}

/** What Flux and Argo CD make of an object. */
export interface Judged {
  readonly flux: Answer<Kstatus>;
  /** Null where Argo CD has no check for the kind, and shows it as healthy. */
  readonly argo: Answer<string> | null;
}

/** What Argo CD calls that which kstatus calls so. */
export const AS_ARGO: Readonly<Record<Kstatus, string>> = {
  Current: 'Healthy',
  InProgress: 'Progressing',
  Failed: 'Degraded',
  Terminating: 'Progressing',
  NotFound: 'Missing',
  Unknown: 'Unknown',
};

/** The data of the ConfigMap that teaches Argo CD our kinds. */
export function healthChecks(): Record<string, string> {
  const file = join(import.meta.dirname, '../../manifests/gitops/argo-cd/argocd-cm.yaml');
  return (parse(readFileSync(file, 'utf8')) as { data: Record<string, string> }).data;
}

async function ask<T>(how: 'health' | 'kstatus', question: object): Promise<T[]> {
  const done = await run(await resolveGitOpsProgram(), [how], { input: JSON.stringify(question) });
  if (done.code !== 0) throw new Error(`gitops ${how}: ${done.stderr}`);
  return JSON.parse(done.stdout) as T[];
}

/** Argo CD's health of objects by these checks, in its own Lua. */
export const argoHealth = (objects: readonly object[], config: object = healthChecks()) =>
  ask<Judged['argo']>('health', { config, objects });

/** What both say of objects, by their own code, in the order of these. */
export async function judge(objects: readonly object[]): Promise<Judged[]> {
  const [flux, argo] = await Promise.all([ask<Judged['flux']>('kstatus', { objects }), argoHealth(objects)]);
  return flux.map((answer, index) => ({ flux: answer, argo: argo[index] ?? null }));
}
