import { z } from 'zod';
import { LabelSchema, listMap, PortSchema, setOf } from './fields.ts';
import { matches, withRules } from './rule.ts';

const IMAGE_MAX = 1024;

const imageRewrite = z.strictObject({
  prefix: z
    .string()
    .min(1)
    .max(IMAGE_MAX)
    .describe(
      'How the image begins, as `555555555555.dkr.ecr.us-east-1.amazonaws.com/`. Of several the longest counts.',
    ),
  replacement: z
    .string()
    .max(IMAGE_MAX)
    .describe('What stands in its place; the rest of the image stays. It may be empty.'),
});

const secretMapping = z.strictObject({
  arn: withRules(
    z
      .string()
      .max(2048)
      .describe(
        'ARN of a secret or parameter, as containers name it in `secrets[].valueFrom`; `*` stands for any characters. Of several the longest counts.',
      ),
    matches(
      '^arn:aws[a-z-]*:(secretsmanager|ssm):[^ ?]+$',
      '{self} is the ARN of neither a secret nor a parameter: write arn:aws:secretsmanager:<region>:<account id>:secret:<name>, or arn:aws:ssm:<region>:<account id>:parameter/<name>, with * for any characters',
    ),
  ),
  secretName: LabelSchema.describe('A Secret in the namespace of whoever names the ARN.'),
  key: z
    .string()
    .min(1)
    .max(253)
    .optional()
    .describe(
      'Key of that Secret. Default: the `key` that the container names, else the name of the variable.',
    ),
});

const renamedService = z.strictObject({
  name: LabelSchema.describe('Name of the EcsService.'),
  as: LabelSchema.optional().describe(
    'What its Deployment, Service and so on are called here. Default: as the EcsService.',
  ),
  ports: listMap(
    z.strictObject({
      port: PortSchema.describe('Port of a container or listener of the EcsService.'),
      servicePort: PortSchema.describe('Port of the Service that leads there.'),
    }),
    'port',
    20,
  )
    .default([])
    .describe('Ports that the Service has another number for. Default: the same number.'),
});

/** What the cluster that the operator runs in cannot know of manifests that are written for AWS. */
export const LocalAccountSchema = z
  .strictObject({
    namespaces: setOf(LabelSchema, 1000)
      .default([])
      .describe(
        'Namespaces whose objects may use this Account. An empty list allows nobody. A namespace that is taken off may still delete what it owns.',
      ),
    imageRewrites: listMap(imageRewrite, 'prefix', 50)
      .default([])
      .describe(
        'Images by another name, since registries in AWS mean nothing here. It holds for those of containers and for those of the databases.',
      ),
    sizeFactor: withRules(z.number().max(10), {
      // A minimum that is no whole number the API server rounds down for a value that is one.
      cel: 'self >= 0.01',
      message: '{self} would leave nothing: give 0.01 or more',
      check: (self) => self >= 0.01,
    })
      .default(1)
      .describe(
        'What cpu, memory and storage are multiplied by, and so are the limits of both; a container keeps at least 10m and 32 MiB.',
      ),
    secretMappings: listMap(secretMapping, 'arn', 100)
      .default([])
      .describe('Secrets of the cluster that stand for those of AWS. What nothing maps is refused.'),
    volumePolicy: z
      .enum(['Retain', 'Delete', 'Ephemeral'])
      .default('Retain')
      .describe(
        'What becomes of the volume of a DataStore that is deleted. Retain: with deletionPolicy Delete it goes, else it stays, and the same manifest finds it again. Delete: it always goes. Ephemeral: there is none, and data ends with the pod.',
      ),
    storageClassName: LabelSchema.optional().describe(
      'StorageClass of the volumes. Default: that of the cluster.',
    ),
    services: listMap(renamedService, 'name', 100)
      .default([])
      .describe('EcsServices that are called otherwise here.'),
  })
  .describe('The cluster that the operator runs in.');
export type LocalAccount = z.output<typeof LocalAccountSchema>;
