import type { EcsServiceStatus } from '../../api/ecs-service.ts';
import type { Standing } from '../../graph/plan.ts';

/** The fields of the status that say what was made, and how it goes. */
export type EcsServiceOutputs = Pick<
  EcsServiceStatus,
  | 'clusterArn'
  | 'serviceArn'
  | 'taskDefinitionArn'
  | 'securityGroupId'
  | 'logGroup'
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
  | 'lastEvent'
>;

const LAST_EVENT_MAX = 1024;

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
    lastEvent: service?.['lastEvent']?.slice(0, LAST_EVENT_MAX) || undefined,
  };
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
