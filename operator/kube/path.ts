/** What names a collection or an object in the API. */
export interface ResourcePath {
  /** API group; absent or empty for the core group. */
  group?: string;
  version: string;
  plural: string;
  namespace?: string | undefined;
  name?: string | undefined;
  subresource?: string | undefined;
}

/** The URL path of a collection (no `name`), an object, or its subresource. */
export function resourcePath(resource: ResourcePath): string {
  const { group, version, plural, namespace, name, subresource } = resource;
  const root = group === undefined || group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  const scope =
    namespace === undefined || namespace === '' ? '' : `/namespaces/${encodeURIComponent(namespace)}`;
  const object = name === undefined ? '' : `/${encodeURIComponent(name)}`;
  const below = subresource === undefined ? '' : `/${subresource}`;
  return `${root}${scope}/${plural}${object}${below}`;
}
