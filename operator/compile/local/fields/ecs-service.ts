import { COMMON_FIELDS, DELETION_FIELDS } from './common.ts';
import { does, type FieldMeanings, without } from './meaning.ts';

const PODS = 'operator/compile/local/ecs-service/pods.test.ts#';
const VARIABLES = 'operator/compile/local/ecs-service/variables.test.ts#';
const REACHED = 'operator/compile/local/ecs-service/reached.test.ts#';
const NETWORK = 'operator/compile/local/secure-vpc/secure-vpc.test.ts#';
const REFUSALS = 'operator/compile/local/refusals.test.ts#';

const NO_ROLES = 'There are no roles: pods have a ServiceAccount without rights and without a token.';
const NO_INSTANCES = 'Nodes are the cluster’s, and so is which pod comes to which.';
const NO_TLS =
  'Nothing ends TLS before the pods: the port leads to them as it is. Who wants TLS in front puts an Ingress there.';
const NO_NAMES = 'Names of AWS; here everything is called as the object, or as the Account calls it.';
const NO_WAF = 'Nothing in a cluster reads requests as AWS WAF does.';
const NO_ALARMS =
  'There is no CloudWatch; the operator’s conditions and the metrics of the cluster say how it goes.';

const POD_FIELDS: FieldMeanings = {
  ...does(
    'How large the pods are and how many, where the spec does not say.',
    `${PODS}is that of the environment where the spec says none`,
    'spec.',
    'environment',
  ),
  ...does(
    'The network whose policies the pods are under. It has to have a place for tasks, as in AWS.',
    `${PODS}are of a Deployment that is called as the object, in its namespace, chosen by whose they are alone`,
    'spec.networkRef.',
    'name namespace',
  ),
  ...does(
    'Requests and limits of CPU and memory, by the sizeFactor of the Account.',
    `${PODS}is that of the task, by the factor of the Account, and never too little to start`,
    'spec.task.',
    'cpu memoryMiB',
  ),
  ...does(
    'What a container asks for, out of what the task has, and for memory its limit.',
    `${PODS}is shared by the containers as they say, and what is left evenly`,
    'spec.task.containers[].',
    'cpu memoryMiB memoryReservationMiB',
  ),
  ...does(
    'A limit of what containers write, by the sizeFactor; nothing is kept for it.',
    `${PODS}to write is limited and not kept`,
    'spec.task.',
    'ephemeralStorageGiB',
  ),
  ...does(
    'Name of the container, in small letters and with hyphens.',
    `${PODS}have names that Kubernetes takes`,
    'spec.task.containers[].',
    'name',
  ),
  ...does(
    'The image, by the imageRewrites of the Account; one that the node has is not pulled.',
    `${PODS}have their images by the names of the cluster, and keep those that are there`,
    'spec.task.containers[].',
    'image',
  ),
  ...does(
    'With External the images that the Deployment has stay, whoever put them there; those of the manifest are for the first pods alone.',
    `${PODS}keep the images that run where others choose them`,
    'spec.',
    'imageOwner',
  ),
  ...does(
    'Command and arguments of the container.',
    `${PODS}have entry point and command, in which nothing is a variable`,
    'spec.task.containers[].',
    'entryPoint command',
  ),
  ...does(
    'User and group of the container where they are numbers; a name only the image knows. Root is refused, since pods have restricted Pod Security.',
    `${PODS}run as the user that the spec says by its number, and never as root`,
    'spec.task.containers[].',
    'user',
  ),
  ...does(
    'Whether the container’s root file system is read-only.',
    `${PODS}write nowhere unless the spec lets them`,
    'spec.task.containers[].',
    'readonlyRootFilesystem',
  ),
  ...does(
    'A container that is waited for starts before the others: until it has ended, or beside them as a sidecar.',
    `${PODS}come after those that they wait for: until these have ended, or are well`,
    'spec.task.containers[].dependsOn[].',
    'container condition',
  ),
  ...does(
    'terminationGracePeriodSeconds of the pods: that of the slowest container.',
    `${PODS}have as long to end as the slowest of them`,
    'spec.task.containers[].',
    'stopTimeoutSeconds',
  ),
  ...does(
    'Replicas of the Deployment; with an autoscaler none, which then says.',
    `${PODS}are as many as the spec says, none as well, else as the environment does`,
    'spec.service.',
    'desiredCount',
  ),
  ...does(
    'maxUnavailable and maxSurge of the rolling update.',
    `${PODS}are replaced as the percents of the deployment say`,
    'spec.service.deployment.',
    'minimumHealthyPercent maximumPercent',
  ),
  ...does(
    'progressDeadlineSeconds: a rollout that takes too long has failed, and what ran goes on. Nothing is rolled back.',
    `${PODS}are given up when a rollout takes too long, and without circuit breaker never`,
    'spec.service.deployment.',
    'circuitBreaker',
  ),
  ...does(
    'An object of another namespace may name the service, as in AWS.',
    `${REFUSALS}an endpoint in front of a service that lets nobody in`,
    'spec.',
    'allowReferencesFrom',
  ),
  ...without(NO_NAMES, 'spec.', 'task.family service.name cluster.create.name'),
  ...without(NO_ROLES, 'spec.task.', 'executionRoleName taskRoleName'),
  ...without(
    'Images are built for the machine that the cluster runs on, or have several architectures.',
    'spec.task.',
    'cpuArchitecture',
  ),
  ...without(
    'Kubernetes starts every container again that ends, and the pod goes on meanwhile.',
    'spec.task.containers[].',
    'essential',
  ),
  ...without(
    'The limits of processes are the container runtime’s; a pod cannot say any.',
    'spec.task.containers[].ulimits[].',
    'name soft hard',
  ),
  ...without('A cluster has metrics of its own.', 'spec.cluster.create.', 'containerInsights'),
  ...does(
    'There is one cluster. The service that is named has to be one whose cluster could be shared, as in AWS.',
    `${REFUSALS}a cluster of a service that makes none`,
    'spec.cluster.ref.',
    'name namespace',
  ),
  ...without('There is one cluster, this one.', 'spec.cluster.', 'name'),
  ...does(
    'Nodes are the cluster’s. Still a service on the instances of another uses no endpoints and stores of its own, as in AWS.',
    `${REFUSALS}a store of a guest on instances`,
    'spec.capacity.',
    'type',
  ),
  ...without(
    NO_INSTANCES,
    'spec.capacity.',
    'instanceTypes minInstances maxInstances desiredInstances volumeGiB placementStrategies',
  ),
  ...does(
    'Nodes are the cluster’s. Still a cluster that is shared has to offer Spot where it is asked for, as in AWS.',
    `${REFUSALS}a cluster without Spot`,
    'spec.capacity.',
    'spotPercent',
  ),
  ...without('`kubectl exec` opens shells, for those whom RBAC lets.', 'spec.service.', 'executeCommand'),
  ...without('Output is with the cluster: `kubectl logs`.', 'spec.logs.', 'group retentionDays'),
  ...without(
    NO_ALARMS,
    'spec.alarms[].',
    'name metric threshold statistic periodSeconds evaluationPeriods topicArns',
  ),
};

const VARIABLE_FIELDS: FieldMeanings = {
  ...does(
    'Variables of the container, read as they stand.',
    `${VARIABLES}are those of the spec, by name, in which nothing is another variable`,
    'spec.task.containers[].environment[].',
    'name value',
  ),
  ...does(
    'Variables from the Secret that the secretMappings of the Account have for the ARN; what they do not map is refused.',
    `${VARIABLES}come from Secrets of the cluster where they are secret: that of the longest pattern`,
    'spec.task.containers[].secrets[].',
    'name valueFrom key',
  ),
  ...without(
    'A Secret has one version of each key.',
    'spec.task.containers[].secrets[].',
    'versionStage versionId',
  ),
  ...does(
    'Variables that tell where endpoints are: the endpoint’s name, or the provider’s Service where both are in one namespace. The pods are let out to them and to nothing else of them.',
    `${VARIABLES}are called by the name of the endpoint where the provider is in another namespace`,
    'spec.task.containers[].environmentFrom[].',
    'name format endpoints[].name endpoints[].namespace',
  ),
  ...does(
    'The port of the endpoint that is told.',
    `${VARIABLES}have one of the ports of the endpoint, else its lowest`,
    'spec.task.containers[].environmentFrom[].endpoints[].',
    'port',
  ),
  ...does(
    'How the URL begins; http where the provider’s load balancer would end TLS, which nobody speaks here then.',
    `${VARIABLES}are called without TLS where the load balancer of the provider would end it`,
    'spec.task.containers[].environmentFrom[].endpoints[].',
    'scheme',
  ),
  ...does(
    'The same variables as in AWS for the stores that stand here, passwords from their Secrets (of another namespace from a copy that is kept in step), and `<prefix>_TLS=false`. The pods are let out to just these.',
    `${VARIABLES}tell of stores what they tell in AWS, by the same names, and that nobody speaks TLS`,
    'spec.dataStores[].',
    'name namespace',
  ),
  ...does(
    'How the variables begin, and which containers get them.',
    `${VARIABLES}tell of a store what the container does not say itself, by another prefix, to the containers that are named`,
    'spec.dataStores[].',
    'envPrefix containers',
  ),
  ...does(
    'ReadOnly is refused where it is in AWS; else there is one server here, which reads and writes.',
    `${VARIABLES}refuses what only reads a store that has nothing of the sort, as in AWS`,
    'spec.dataStores[].',
    'access',
  ),
};

const REACHED_FIELDS: FieldMeanings = {
  ...does(
    'Ports of the container, and of the Service where there is no load balancer; below 1024 the pod may listen without root.',
    `${REACHED}has the ports of its containers, and is reached from inside alone`,
    'spec.task.containers[].ports[].',
    'port protocol',
  ),
  ...does(
    'Startup and liveness probe: after that many failures the container is started again.',
    `${REACHED}ask for the container’s own check whether it has started and is alive`,
    'spec.task.containers[].healthCheck.',
    'command intervalSeconds timeoutSeconds retries startPeriodSeconds',
  ),
  ...does(
    'Ports of a Service of type LoadBalancer.',
    `${REACHED}has the ports on which the load balancer listens, all of which lead to its target, and is reached from outside`,
    'spec.loadBalancer.listeners[].',
    'port',
  ),
  ...does(
    'Which container and port the Service leads to.',
    `${REACHED}leads to the container and port that the target names`,
    'spec.loadBalancer.target.',
    'container port',
  ),
  ...does(
    'How the readiness probe asks where healthCheck.protocol does not say: HTTP with Application, TCP with Network. Only Network may be offered to others.',
    `${REACHED}ask as the load balancer does: HTTPS or TCP as well, and whether the port is open where other codes are well`,
    'spec.loadBalancer.',
    'type',
  ),
  ...does(
    'Readiness probe. Kubernetes takes 200 to 399 for well; where other codes are wanted the probe asks whether the port is open.',
    `${REACHED}ask as the load balancer does: HTTPS or TCP as well, and whether the port is open where other codes are well`,
    'spec.loadBalancer.healthCheck.',
    'protocol path successCodes',
  ),
  ...does(
    'Readiness probe, and until the first success the startup probe.',
    `${REACHED}ask for the load balancer’s check whether it may have requests, from when it has started`,
    'spec.loadBalancer.healthCheck.',
    'intervalSeconds timeoutSeconds unhealthyThreshold',
  ),
  ...does(
    'How long the startup probe waits for a container behind the load balancer.',
    `${REACHED}ask for the load balancer’s check whether it may have requests, from when it has started`,
    'spec.service.',
    'healthCheckGracePeriodSeconds',
  ),
  ...does(
    'Seconds for which a pod that goes takes requests still, at most 5: a cluster hears sooner of it.',
    `${REACHED}goes on for some seconds, for those who have not heard yet that it does`,
    'spec.loadBalancer.',
    'deregistrationDelaySeconds',
  ),
  ...does(
    'A policy: any block of addresses lets in whoever comes from outside, since behind the ways into a cluster nobody has the address that he has in AWS; the group ecs lets in the services of the network.',
    `${NETWORK}lets those in who may connect to one of its listeners, by the group alb or by its own rules`,
    'spec.loadBalancer.ingress[].',
    'cidr group',
  ),
  ...does(
    'The network needs the tier in which such a load balancer stands, as in AWS. A Service of type LoadBalancer is reached in one way, with either.',
    `${REFUSALS}a load balancer in a tier that the network does not have`,
    'spec.loadBalancer.',
    'scheme',
  ),
  ...does(
    'Bounds of a HorizontalPodAutoscaler, the lower one at least 1. Where it has nothing to go by: of the replicas.',
    `${REACHED}is an autoscaler’s, which then says how many pods there are`,
    'spec.service.autoscaling.',
    'minCount maxCount',
  ),
  ...does(
    'What the autoscaler goes by: percent of what the containers ask for.',
    `${REACHED}is an autoscaler’s, which then says how many pods there are`,
    'spec.service.autoscaling.',
    'cpuPercent memoryPercent',
  ),
  ...does(
    'In that many seconds, at most 1800, pods are at most doubled, or four more; for that many, at most 3600, the autoscaler looks back before it takes some away.',
    `${REACHED}stays in the bounds of Kubernetes`,
    'spec.service.autoscaling.',
    'scaleOutCooldownSeconds scaleInCooldownSeconds',
  ),
  ...without(
    'Nobody counts requests here; a service that goes by them alone has the pods that it would begin with.',
    'spec.service.autoscaling.',
    'requestsPerTarget',
  ),
  ...without(
    'An autoscaler of Kubernetes keeps no times.',
    'spec.service.autoscaling.schedules[].',
    'name schedule timeZone minCount maxCount',
  ),
  ...without(NO_NAMES, 'spec.loadBalancer.', 'name targetGroupName ingress[].name'),
  ...does(
    'TLS and HTTP alike lead to the pods as they are: nothing ends TLS. Endpoints that lead to a listener with TLS are told http.',
    `${VARIABLES}are called without TLS where the load balancer of the provider would end it`,
    'spec.loadBalancer.listeners[].',
    'protocol',
  ),
  ...without(
    NO_TLS,
    'spec.loadBalancer.listeners[].',
    'certificateArn certificate.domainName certificate.subjectAlternativeNames certificate.hostedZoneId',
  ),
  ...without(
    'Nothing redirects: the port leads to the pods as the others.',
    'spec.loadBalancer.listeners[].',
    'redirectTo',
  ),
  ...without(
    'The domain’s zone is in AWS; here the Service has a name in the cluster’s.',
    'spec.loadBalancer.domainName.',
    'name hostedZoneId',
  ),
  ...without('It says that a block is meant to be large.', 'spec.loadBalancer.ingress[].', 'exposure'),
  ...without(
    'Who comes by an endpoint is let in by the policy of its provider, whatever its address.',
    'spec.loadBalancer.',
    'privateLinkInboundRules',
  ),
  ...without(
    'One success is enough: a pod that is ready gets requests at once.',
    'spec.loadBalancer.healthCheck.',
    'healthyThreshold',
  ),
  ...without(
    NO_WAF,
    'spec.loadBalancer.webAcl.',
    `arn name managedRuleGroups[].name managedRuleGroups[].priority managedRuleGroups[].version managedRuleGroups[].action
     managedRuleGroups[].ruleOverrides[].name managedRuleGroups[].ruleOverrides[].action rateLimit.requests
     rateLimit.windowSeconds rateLimit.action sampledRequests`,
  ),
};

/** What each field of an EcsService does in a cluster. */
export const ECS_SERVICE_FIELDS: FieldMeanings = {
  ...COMMON_FIELDS,
  ...DELETION_FIELDS,
  ...POD_FIELDS,
  ...VARIABLE_FIELDS,
  ...REACHED_FIELDS,
};
