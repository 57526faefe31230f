import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { format, resolveConfig } from 'prettier';
import { bringUpToDate } from '../../operator/api/generate.ts';
import { objectsText, renderObjects } from '../../operator/cli/render-objects.ts';
import { PLAIN } from '../../operator/cli/terminal.ts';

const root = join(import.meta.dirname, '../..');
const FOLDER = 'k8s-local/microservice-test';
const NAMESPACE = 'microservice-test';
/** The manifests of the platform, and what its services are called here. */
const SOURCES = ['k8s-local/accounts.yaml', 'manifests/examples/platform/base'];
/** What a service is made of where neither its network nor its stores are. */
const KINDS = 'ServiceAccount,Service,Deployment';
const HEAD = `# Rendered from the EcsService of manifests/examples/platform as it is, with the names and ports of k8s-local/accounts.yaml:
# landfall render --target local --into ${NAMESPACE} --only ${KINDS} --without-stores
# make generate brings it up to date.
`;

const namespace = `# Everything goes with it: kubectl delete namespace ${NAMESPACE}
apiVersion: v1
kind: Namespace
metadata:
  name: ${NAMESPACE}
  labels:
    pod-security.kubernetes.io/enforce: restricted
`;

/** The files of this folder as they are to be, by path from the root of the repository. */
export async function microserviceTest(): Promise<ReadonlyMap<string, string>> {
  const rendered = await renderObjects(
    { filename: SOURCES.map((path) => join(root, path)), into: NAMESPACE, only: KINDS, withoutStores: true },
    { out: () => {}, note: () => {}, paint: PLAIN },
  );
  const services = Map.groupBy(rendered, ({ object }) => object.metadata.name);
  const files = [
    ['namespace', namespace] as const,
    ...[...services].map(([name, objects]) => [name, `${HEAD}${objectsText(objects)}`] as const),
  ];
  const style = await resolveConfig(join(root, 'package.json'));
  const tidy = files.map(
    async ([name, text]) =>
      [`${FOLDER}/${name}.yaml`, await format(text, { ...style, parser: 'yaml' })] as const,
  );
  return new Map(await Promise.all(tidy));
}

if (import.meta.main) {
  const { check } = parseArgs({ options: { check: { type: 'boolean', default: false } } }).values;
  process.exitCode = await bringUpToDate(await microserviceTest(), {
    check,
    source: 'manifests/examples/platform with k8s-local/accounts.yaml',
  });
}
