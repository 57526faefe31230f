import type { DataStore } from '../../../api/data-store.ts';
import type { LocalAccount } from '../../../api/local-account.ts';
import type { KubeInputs } from '../../../local/inputs.ts';
import { namespaceOf } from '../../names.ts';
import { podSelector, STORE_LABEL } from '../labels.ts';
import { localConnectionTo, localStoreName } from '../store-connection.ts';
import { DATA, type EngineContainer, type LocalEngine } from './engine.ts';
import { storageFor } from './size.ts';
import { TABLE_ANNOTATION } from './status.ts';

/** Read when its object goes: whether the volume does in any case. */
const VOLUME_POLICY = 'landfall.dev/volume-policy';

/** For what is being written when it is told to end. */
const GRACE_SECONDS = 60;

/** A store, with the labels of all that is made of it and those of its pods besides. */
export interface LocalStore {
  readonly object: DataStore;
  readonly account: LocalAccount;
  readonly engine: LocalEngine;
  readonly labels: Readonly<Record<string, string>>;
  readonly place: Readonly<Record<string, string>>;
}

/** The volume, which is the store: what runs on it may come and go. Undefined where data ends with the pod. */
export function volumeOf({ object, account, engine, labels }: LocalStore): KubeInputs | undefined {
  if (account.volumePolicy === 'Ephemeral') return undefined;
  const { storageClassName } = account;
  return {
    ...placeOf(object),
    labels,
    ...(account.volumePolicy === 'Delete' && { annotations: { [VOLUME_POLICY]: account.volumePolicy } }),
    body: {
      spec: {
        accessModes: ['ReadWriteOnce'],
        ...(storageClassName !== undefined && { storageClassName }),
        resources: { requests: { storage: storageFor(engine.storageGiB, account) } },
      },
    },
  };
}

/** Where clients find the store. */
export function serviceOf({ object, engine, labels }: LocalStore): KubeInputs {
  const [first] = engine.containers;
  const ports = first
    ? [{ name: first.port.name, port: first.port.containerPort, targetPort: first.port.name }]
    : [];
  return {
    ...placeOf(object),
    labels,
    body: { spec: { selector: podSelector(STORE_LABEL, object), ports } },
  };
}

/** The one pod that serves the store, under restricted pod security. */
export function statefulSetOf({ object, account, engine, labels, place }: LocalStore): KubeInputs {
  const { name } = placeOf(object);
  const selector = podSelector(STORE_LABEL, object);
  const { user, scratch } = engine;
  const { table } = localConnectionTo(object);
  const mounts = [
    { name: 'data', mountPath: DATA },
    { name: 'tmp', mountPath: '/tmp' },
    ...Object.entries(scratch).map(([volume, mountPath]) => ({ name: volume, mountPath })),
  ];
  return {
    ...placeOf(object),
    labels,
    ...(table !== undefined && { annotations: { [TABLE_ANNOTATION]: table } }),
    body: {
      spec: {
        replicas: 1,
        serviceName: name,
        selector: { matchLabels: selector },
        template: {
          metadata: { labels: { ...labels, ...selector, ...place } },
          spec: {
            automountServiceAccountToken: false,
            enableServiceLinks: false,
            terminationGracePeriodSeconds: GRACE_SECONDS,
            securityContext: {
              runAsNonRoot: true,
              runAsUser: user,
              runAsGroup: user,
              fsGroup: user,
              // Databases refuse files that their group may write to, as each start would else make them.
              fsGroupChangePolicy: 'OnRootMismatch',
              seccompProfile: { type: 'RuntimeDefault' },
            },
            containers: engine.containers.map((container, index) =>
              // What stands beside the engine sees nothing of its data.
              containerOf(container, index === 0 ? mounts : mounts.filter(({ name }) => name === 'tmp')),
            ),
            volumes: [
              account.volumePolicy === 'Ephemeral'
                ? { name: 'data', emptyDir: {} }
                : { name: 'data', persistentVolumeClaim: { claimName: name } },
              { name: 'tmp', emptyDir: {} },
              ...Object.keys(scratch).map((volume) => ({ name: volume, emptyDir: { medium: 'Memory' } })),
            ],
          },
        },
      },
    },
  };
}

function containerOf(container: EngineContainer, volumeMounts: readonly object[]) {
  const { name, image, command, args = [], env, port, ready, alive = ready, preStop } = container;
  const { requests, limits } = container.resources;
  return {
    name,
    image,
    // An image that was loaded is found nowhere else; with latest the default would be to ask a registry.
    imagePullPolicy: 'IfNotPresent',
    ...(command && { command }),
    ...(args.length > 0 && { args }),
    env,
    ports: [port],
    resources: { requests, limits },
    volumeMounts,
    // A first start makes a database, and one after a crash reads what was written last.
    startupProbe: { ...ready, periodSeconds: 2, timeoutSeconds: 5, failureThreshold: 300 },
    readinessProbe: { ...ready, periodSeconds: 5, timeoutSeconds: 5 },
    livenessProbe: { ...alive, periodSeconds: 20, timeoutSeconds: 10, failureThreshold: 6 },
    ...(preStop && { lifecycle: { preStop: { exec: { command: preStop } } } }),
    terminationMessagePolicy: 'FallbackToLogsOnError',
    securityContext: {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      readOnlyRootFilesystem: true,
    },
  };
}

function placeOf(object: DataStore): Pick<KubeInputs, 'namespace' | 'name'> {
  return { namespace: namespaceOf(object.metadata), name: localStoreName(object) };
}
