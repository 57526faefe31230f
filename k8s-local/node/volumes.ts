import { stringify } from 'yaml';

import { NODE_NAME } from './credentials.ts';

/** Where volumes are, as the node sees it. */
const FOLDER = '/var/lib/volumes';
/** How many claims can be bound at a time. */
const COUNT = 24;
const CLASS = 'standard';

const NAMES = Array.from({ length: COUNT }, (_, index) => `volume-${index + 1}`);

/**
 * The default StorageClass and its volumes. They are there from the beginning, since what provisions them elsewhere runs in pods of
 * images that cannot be had; each is as large as any claim. Of a `local` volume the kubelet sees to it that a pod's group may write.
 */
export const volumesManifest = (): string =>
  [
    {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      metadata: {
        name: CLASS,
        annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' },
      },
      provisioner: 'kubernetes.io/no-provisioner',
      volumeBindingMode: 'WaitForFirstConsumer',
    },
    ...NAMES.map((name) => ({
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name },
      spec: {
        capacity: { storage: '10Ti' },
        accessModes: ['ReadWriteOnce'],
        storageClassName: CLASS,
        persistentVolumeReclaimPolicy: 'Retain',
        local: { path: `${FOLDER}/${name}` },
        nodeAffinity: {
          required: {
            nodeSelectorTerms: [
              { matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: [NODE_NAME] }] },
            ],
          },
        },
      },
    })),
  ]
    .map((object) => stringify(object))
    .join('---\n');

/** Makes the folders of the volumes, and empties each whose claim is gone, so that another can have it. */
export const volumesScript = (kubectl: string, kubeconfig: string): string => `
mkdir -p ${NAMES.map((name) => `${FOLDER}/${name}`).join(' ')}
export KUBECONFIG=${kubeconfig}
${kubectl} get persistentvolumes --watch -o 'jsonpath={.metadata.name} {.status.phase}{"\\n"}' | while read -r name phase; do
  [ "$phase" = Released ] || continue
  find ${FOLDER}/"$name" -mindepth 1 -delete
  ${kubectl} patch persistentvolume "$name" --type=json --patch='[{"op":"remove","path":"/spec/claimRef"}]'
done
`;
