import { isFields } from './field-set.ts';
import type { KubeInputs } from './inputs.ts';
import type { Fields } from './record.ts';

/** An annotation of a Deployment: `External` where others say which images its containers run. */
export const IMAGE_OWNER = 'landfall.dev/image-owner';

const LISTS: readonly string[] = ['initContainers', 'containers'];

/** The images of a Deployment, by container. */
export function imagesIn(body: Fields): Readonly<Record<string, string>> {
  const pod = podOf(body);
  const containers = LISTS.flatMap((list) => (Array.isArray(pod[list]) ? pod[list].filter(isFields) : []));
  return Object.fromEntries(containers.map(({ name, image }) => [String(name), String(image)]));
}

/** Whether others say which images run. */
export function hasImagesOfOthers({ annotations }: KubeInputs): boolean {
  return annotations?.[IMAGE_OWNER] === 'External';
}

/** What of a Deployment is for us to say: all but the images, where others say these. */
export function sayOf(inputs: KubeInputs): Fields {
  if (!hasImagesOfOthers(inputs)) return inputs.body;
  const { spec, ...rest } = inputs.body as { readonly spec: { readonly template: object } };
  const { template } = spec;
  return { ...rest, spec: { ...spec, template: { ...template, spec: withoutImages(podOf(inputs.body)) } } };
}

/** What others have set since a Deployment was planned, and an update would undo; undefined where images are ours to say. */
export function imagesSince(
  inputs: KubeInputs,
): ((planned: Fields, live: Fields) => string | undefined) | undefined {
  if (!hasImagesOfOthers(inputs)) return undefined;
  return (planned, live) => {
    const former = imagesIn(planned);
    const changed = Object.entries(imagesIn(live)).filter(([name, image]) => former[name] !== image);
    const named = changed.map(([name, image]) => `${image} (${name})`);
    return named.length > 0 ? `runs ${named.join(', ')} since it was read` : undefined;
  };
}

function withoutImages(pod: Fields): Fields {
  return Object.fromEntries(
    Object.entries(pod).map(([field, value]) => [
      field,
      LISTS.includes(field) && Array.isArray(value)
        ? value.filter(isFields).map(({ image: _, ...container }) => container)
        : value,
    ]),
  );
}

function podOf(body: Fields): Fields {
  const { spec } = body as { readonly spec?: { readonly template?: { readonly spec?: Fields } } };
  return spec?.template?.spec ?? {};
}
