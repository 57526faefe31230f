import type { z } from 'zod';
import { type Account, AccountSchema } from './account.ts';
import {
  type AnnotationDoc,
  FORCE_DELETE_ANNOTATION,
  RESTART_ANNOTATION,
  ROTATE_ANNOTATION,
} from './annotations.ts';
import { type DataStore, DataStoreSchema } from './data-store.ts';
import { type EcsService, EcsServiceSchema } from './ecs-service.ts';
import { type PlanApproval, PlanApprovalSchema } from './plan-approval.ts';
import { type PrivateLinkEndpoint, PrivateLinkEndpointSchema } from './private-link-endpoint.ts';
import { type SecureVpc, SecureVpcSchema } from './secure-vpc.ts';

/** A column of `kubectl get`. */
export interface PrinterColumn {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'date';
  readonly jsonPath: string;
  readonly description: string;
  /** 1 shows the column only with `-o wide`. */
  readonly priority?: 1;
}

/** A manifest of the kind, by itself in its file. */
interface Example {
  /** What it shows, as a heading. */
  readonly shows: string;
  /** From the root of the repository. */
  readonly file: string;
}

/** What the API server and the documentation need to know of a kind besides its schema. */
export interface KindDefinition {
  readonly kind: string;
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly scope: 'Namespaced' | 'Cluster';
  readonly schema: z.ZodType;
  readonly columns: readonly PrinterColumn[];
  /** A sentence or two for the reference page and `kubectl explain`. */
  readonly summary: string;
  /** The manifests that the reference page shows. */
  readonly examples: readonly Example[];
  /** What an annotation of such an object does. */
  readonly annotations?: readonly AnnotationDoc[];
  /** It has no conditions. */
  readonly silent?: true;
  /** Where `kubectl scale` and autoscalers read and set how many there are. */
  readonly scale?: { readonly specReplicasPath: string; readonly statusReplicasPath: string };
}

/** The types that manifests parse to. */
export interface KindTypes {
  Account: Account;
  SecureVpc: SecureVpc;
  EcsService: EcsService;
  PrivateLinkEndpoint: PrivateLinkEndpoint;
  DataStore: DataStore;
  PlanApproval: PlanApproval;
}
export type Kind = keyof KindTypes;

const ofReady = (field: string) => `.status.conditions[?(@.type=="Ready")].${field}`;
const age: PrinterColumn = {
  name: 'Age',
  type: 'date',
  jsonPath: '.metadata.creationTimestamp',
  description: 'Since when it is there.',
};
const ready: PrinterColumn = {
  name: 'Ready',
  type: 'string',
  jsonPath: ofReady('status'),
  description: 'Whether it is as its spec says.',
};
const reason: PrinterColumn = {
  name: 'Reason',
  type: 'string',
  jsonPath: ofReady('reason'),
  description: 'Why it is or is not ready.',
};
const message: PrinterColumn = {
  name: 'Message',
  type: 'string',
  jsonPath: ofReady('message'),
  description: 'The same, in a sentence.',
  priority: 1,
};

/** Every kind of the group. */
export const KINDS: Readonly<Record<Kind, KindDefinition>> = {
  Account: {
    kind: 'Account',
    plural: 'accounts',
    singular: 'account',
    shortNames: ['acct'],
    scope: 'Cluster',
    schema: AccountSchema,
    columns: [
      ready,
      reason,
      { name: 'Account', type: 'string', jsonPath: '.spec.aws.accountId', description: 'Account id.' },
      {
        name: 'Used By',
        type: 'integer',
        jsonPath: '.status.usedBy',
        description: 'How many objects use it.',
      },
      age,
      {
        name: 'Caller',
        type: 'string',
        jsonPath: '.status.callerArn',
        description: 'Who the operator is there.',
        priority: 1,
      },
      message,
    ],
    summary:
      'An Account says how the operator reaches an AWS account, and which namespaces and regions may use it. It is cluster-scoped, so that those who write networks need not be those who hand out accounts.',
    examples: [
      { shows: 'An account that one namespace may use', file: 'manifests/examples/portal/account.yaml' },
    ],
  },
  SecureVpc: {
    kind: 'SecureVpc',
    plural: 'securevpcs',
    singular: 'securevpc',
    shortNames: ['svpc'],
    scope: 'Namespaced',
    schema: SecureVpcSchema,
    columns: [
      ready,
      reason,
      { name: 'VPC', type: 'string', jsonPath: '.status.vpcId', description: 'Id of the VPC.' },
      { name: 'CIDR', type: 'string', jsonPath: '.spec.cidr', description: 'Block of the VPC.' },
      {
        name: 'Account',
        type: 'string',
        jsonPath: '.spec.accountRef.name',
        description: 'The Account it is made in.',
      },
      { name: 'Region', type: 'string', jsonPath: '.spec.region', description: 'The region it is made in.' },
      age,
      message,
    ],
    summary:
      'A SecureVpc is a network in one region of an account: the VPC, its tiers of subnets with route tables and network ACLs, one security group per tier with only the rules that the tiers need of each other, VPC endpoints, and flow logs.',
    examples: [
      {
        shows: 'Three tiers, of which only the public one has a way to the internet',
        file: 'manifests/examples/portal/base/network.yaml',
      },
    ],
  },
  EcsService: {
    kind: 'EcsService',
    plural: 'ecsservices',
    singular: 'ecsservice',
    shortNames: ['ecss'],
    scope: 'Namespaced',
    schema: EcsServiceSchema,
    columns: [
      ready,
      reason,
      {
        name: 'Desired',
        type: 'integer',
        jsonPath: '.status.desiredCount',
        description: 'How many tasks are to run.',
      },
      { name: 'Running', type: 'integer', jsonPath: '.status.runningCount', description: 'How many run.' },
      {
        name: 'Network',
        type: 'string',
        jsonPath: '.spec.networkRef.name',
        description: 'The network that its tasks run in.',
      },
      {
        name: 'Account',
        type: 'string',
        jsonPath: '.spec.accountRef.name',
        description: 'The Account it is made in.',
      },
      { name: 'Region', type: 'string', jsonPath: '.spec.region', description: 'The region it is made in.' },
      age,
      {
        name: 'Rollout',
        type: 'string',
        jsonPath: '.status.rollout',
        description: 'How far the last rollout is.',
        priority: 1,
      },
      message,
    ],
    summary:
      'An EcsService keeps containers running on Fargate or on instances in the private subnets of a SecureVpc: a cluster, a task definition with its roles, log group and security group, the service that rolls new revisions out, and a load balancer before it where one is asked for.',
    examples: [
      {
        shows: 'On Fargate, behind a Network load balancer',
        file: 'manifests/examples/platform/base/provider-service.yaml',
      },
      {
        shows: 'On instances, behind an Application load balancer with HTTPS and a web ACL',
        file: 'manifests/examples/services/instances.yaml',
      },
      {
        shows: 'In the cluster of another EcsService',
        file: 'manifests/examples/services/shared-cluster.yaml',
      },
      {
        shows: 'With images that a pipeline rolls out',
        file: 'manifests/examples/services/images-of-a-pipeline.yaml',
      },
      {
        shows: 'With a cluster of Aurora, a cache and a table',
        file: 'manifests/examples/service-with-stores/service.yaml',
      },
    ],
    annotations: [
      {
        name: RESTART_ANNOTATION,
        means:
          'Whenever its value becomes another, all tasks are replaced, as by a rollout: `kubectl annotate --overwrite ecss/<name> landfall.dev/restarted-at="$(date -Is)"`.',
      },
    ],
    scale: { specReplicasPath: '.spec.service.desiredCount', statusReplicasPath: '.status.runningCount' },
  },
  PrivateLinkEndpoint: {
    kind: 'PrivateLinkEndpoint',
    plural: 'privatelinkendpoints',
    singular: 'privatelinkendpoint',
    shortNames: ['ple'],
    scope: 'Namespaced',
    schema: PrivateLinkEndpointSchema,
    columns: [
      ready,
      reason,
      {
        name: 'Service',
        type: 'string',
        jsonPath: '.status.serviceName',
        description: 'Name of the endpoint service.',
      },
      {
        name: 'Endpoint',
        type: 'string',
        jsonPath: '.status.endpointId',
        description: 'Id of the endpoint.',
      },
      {
        name: 'State',
        type: 'string',
        jsonPath: '.status.endpointState',
        description: 'How far its connection is.',
      },
      {
        name: 'Account',
        type: 'string',
        jsonPath: '.spec.accountRef.name',
        description: 'The Account it is made in.',
      },
      age,
      {
        name: 'Private DNS',
        type: 'string',
        jsonPath: '.status.privateDns.state',
        description: 'Whether the domain of its private name is verified.',
        priority: 1,
      },
      message,
    ],
    summary:
      'A PrivateLinkEndpoint is one side of a private connection between two networks, be they in one account or in two. With `provide` it offers an EcsService behind a network load balancer as an endpoint service, and says who may connect; with `consume` it makes an endpoint to such a service in a SecureVpc, with a security group of its own.',
    examples: [
      {
        shows: 'The way to a service of another account',
        file: 'manifests/examples/platform/base/consumer-endpoint.yaml',
      },
      {
        shows: 'A service that others may use, under a private name',
        file: 'manifests/examples/services/provided.yaml',
      },
    ],
    annotations: [
      {
        name: FORCE_DELETE_ANNOTATION,
        means:
          'A provider that is deleted goes although others are connected to it, which it else waits for (`InUse`): `kubectl annotate ple/<name> landfall.dev/force-delete=yes`, before or after `kubectl delete`. All connections are rejected first, those of foreign endpoints too; the endpoints stay with their owners and lead nowhere. As long as nobody deletes the object, and for a consumer, the annotation does nothing.',
      },
    ],
  },
  DataStore: {
    kind: 'DataStore',
    plural: 'datastores',
    singular: 'datastore',
    shortNames: ['dst'],
    scope: 'Namespaced',
    schema: DataStoreSchema,
    columns: [
      ready,
      reason,
      { name: 'Engine', type: 'string', jsonPath: '.status.engine', description: 'What it is.' },
      {
        name: 'Version',
        type: 'string',
        jsonPath: '.status.engineVersion',
        description: 'Version of the engine that runs.',
      },
      {
        name: 'State',
        type: 'string',
        jsonPath: '.status.state',
        description: 'How far it is, in AWS’s word.',
      },
      {
        name: 'Account',
        type: 'string',
        jsonPath: '.spec.accountRef.name',
        description: 'The Account it is made in.',
      },
      { name: 'Region', type: 'string', jsonPath: '.spec.region', description: 'The region it is made in.' },
      age,
      {
        name: 'Endpoint',
        type: 'string',
        jsonPath: '.status.endpoint.address',
        description: 'Where it is read and written.',
        priority: 1,
      },
      {
        name: 'Table',
        type: 'string',
        jsonPath: '.status.tableName',
        description: 'Name of the table.',
        priority: 1,
      },
      message,
    ],
    summary:
      'A DataStore is where data lies: one table, database or cache, with all that it stands on. It is never replaced, and never deleted because a field of the spec went: only with its object, unless that is protected, and then a last copy is made first, unless `deletionPolicy` says that the data may be lost.',
    examples: [
      { shows: 'A table', file: 'manifests/examples/stores/table.yaml' },
      { shows: 'A database of MySQL', file: 'manifests/examples/stores/mysql.yaml' },
      { shows: 'A cluster of Aurora PostgreSQL', file: 'manifests/examples/stores/aurora.yaml' },
      { shows: 'A cache of Redis', file: 'manifests/examples/stores/redis.yaml' },
      { shows: 'A table with backups by AWS Backup', file: 'manifests/examples/stores/backed-up.yaml' },
    ],
    annotations: [
      {
        name: ROTATE_ANNOTATION,
        means:
          'Whenever its value becomes another, a store with `credentials.mode: Generated` is given a new password: `kubectl annotate --overwrite dst/<name> landfall.dev/rotated-at="$(date -Is)"`. The secret has the new one as soon as the store takes it. Where AWS makes the password, it does nothing.',
      },
    ],
  },
  PlanApproval: {
    kind: 'PlanApproval',
    plural: 'planapprovals',
    singular: 'planapproval',
    shortNames: ['pla'],
    scope: 'Namespaced',
    schema: PlanApprovalSchema,
    columns: [
      {
        name: 'Kind',
        type: 'string',
        jsonPath: '.spec.resourceRef.kind',
        description: 'Kind of the object.',
      },
      { name: 'Of', type: 'string', jsonPath: '.spec.resourceRef.name', description: 'Name of the object.' },
      { name: 'Plan', type: 'string', jsonPath: '.spec.planHash', description: 'Hash of the plan.' },
      { name: 'Used', type: 'date', jsonPath: '.status.usedTime', description: 'Since when it is used.' },
      age,
    ],
    summary:
      'A PlanApproval is the yes of a person to one plan of one object with `spec.approval: Manual`: that plan, and no other, is then carried out, once. It is an object of its own, so that RBAC separates who asks from who approves.',
    examples: [{ shows: 'The yes to one plan', file: 'manifests/examples/approval/approval.yaml' }],
    silent: true,
  },
};
