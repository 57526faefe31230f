import type { EcsServiceStatus } from '../../api/ecs-service.ts';
import type { Standing } from '../../graph/plan.ts';
import { storesLedTo } from './data-stores.ts';

/** The fields of the status that say what was made, and how it goes. */
export type EcsServiceOutputs = Pick<
  EcsServiceStatus,
  | 'clusterArn'
  | 'serviceArn'
  | 'taskDefinitionArn'
  | 'securityGroupId'
  | 'logGroup'
  | 'dataStores'
  | 'loadBalancerArn'
  | 'loadBalancerDnsName'
  | 'domainName'
  | 'certificates'
  | 'targetGroupArn'
  | 'healthyTargets'
  | 'unhealthyTargets'
  | 'desiredCount'
  | 'runningCount'
  | 'rollout'
  | 'events'
  | 'lastStoppedTask'
>;

/** What status holds of anybody's words. */
const WORDS_MAX = 1024;

/** What was made, from where the nodes stand. */
export function outputsOfEcsService(standing: readonly Standing[]): EcsServiceOutputs {
  const at = (key: string) =>
    standing.find(({ node, state }) => node === key && state.phase !== 'deleting')?.outputs;
  const service = at('service');
  const count = (text: string | undefined) => (text === undefined ? undefined : Number(text));
  return {
    clusterArn: at('cluster')?.['arn'] ?? service?.['clusterArn'],
    serviceArn: service?.['arn'],
    taskDefinitionArn: service?.['taskDefinition'] || at('task-definition')?.['arn'],
    securityGroupId: at('security-group/tasks')?.['id'],
    logGroup: at('log-group')?.['name'],
    dataStores: storesIn(at('security-group-rules/tasks')?.['leadsTo']),
    loadBalancerArn: at('load-balancer')?.['id'],
    loadBalancerDnsName: at('load-balancer')?.['dnsName'] || undefined,
    domainName: at('load-balancer-name')?.['name'],
    certificates: certificatesIn(standing),
    targetGroupArn: at('target-group')?.['id'],
    healthyTargets: count(at('target-health')?.['healthy']),
    unhealthyTargets: count(at('target-health')?.['unhealthy']),
    desiredCount: count(service?.['desiredCount']),
    runningCount: count(service?.['runningCount']),
    rollout: service?.['rolloutState'] || undefined,
    events: eventsIn(service?.['events']),
    lastStoppedTask: stoppedIn(service?.['lastStoppedTask']),
  };
}

function storesIn(descriptions: string | undefined): EcsServiceOutputs['dataStores'] {
  const stores = storesLedTo(descriptions?.split('\n') ?? []);
  return stores.length === 0 ? undefined : stores;
}

function eventsIn(text: string | undefined): EcsServiceOutputs['events'] {
  if (!text) return undefined;
  const events = JSON.parse(text) as NonNullable<EcsServiceOutputs['events']>;
  return events.map(({ time, message }) => ({ time, message: message.slice(0, WORDS_MAX) }));
}

function stoppedIn(text: string | undefined): EcsServiceOutputs['lastStoppedTask'] {
  if (!text) return undefined;
  const task = JSON.parse(text) as NonNullable<EcsServiceOutputs['lastStoppedTask']>;
  return { ...task, reason: task.reason.slice(0, WORDS_MAX) };
}

/** The certificates that were made; undefined for none. One whose place another takes is not among them. */
function certificatesIn(standing: readonly Standing[]): EcsServiceOutputs['certificates'] {
  const made = standing
    .filter(({ type, state }) => type === 'Certificate' && state.phase !== 'deleting')
    .map(({ id, outputs }) => ({
      domainName: outputs['domainName'] ?? '',
      arn: id,
      state: outputs['status'] ?? '',
    }));
  return made.length === 0 ? undefined : made;
}
