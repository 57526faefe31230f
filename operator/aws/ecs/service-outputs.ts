import type { Service } from '@aws-sdk/client-ecs';
import { must } from '../kind.ts';
import { primaryOf } from './deployments.ts';
import { passwordsRead } from './restarts.ts';
import { lastStoppedOf } from './service-state.ts';
import { sentence } from './stopped-tasks.ts';

/** What others may know of a service; what is no single word as JSON. */
export function outputsOf(service: Service): Readonly<Record<string, string>> {
  return {
    id: must(service.serviceArn, 'serviceArn'),
    arn: must(service.serviceArn, 'serviceArn'),
    name: must(service.serviceName, 'serviceName'),
    clusterArn: must(service.clusterArn, 'clusterArn'),
    taskDefinition: service.taskDefinition ?? '',
    desiredCount: String(service.desiredCount ?? 0),
    runningCount: String(service.runningCount ?? 0),
    pendingCount: String(service.pendingCount ?? 0),
    rolloutState: primaryOf(service)?.rolloutState ?? '',
    passwordsRead: passwordsRead(service),
    events: eventsOf(service),
    lastStoppedTask: lastStoppedText(service),
  };
}

function eventsOf({ events = [] }: Service): string {
  const told = events.flatMap(({ createdAt: time, message }) => (time && message ? [{ time, message }] : []));
  return told.length === 0 ? '' : JSON.stringify(told);
}

function lastStoppedText(service: Service): string {
  const last = lastStoppedOf(service);
  return last ? JSON.stringify({ time: last.time, reason: sentence(last.reasons) }) : '';
}
