import { idOf, pathOf, pathOfId, verbs, type LocalCollection, type Resource } from './kind.ts';
import { INSTALLATION_LABEL, tagsIn } from './ownership.ts';
import { recordOf, type Answered, type Fields, type KubeRecord } from './record.ts';
import type { LocalSession } from './session.ts';

/** Objects of one sort in all namespaces. */
export function objectCollection(
  resource: Resource,
  read: (object: Answered) => KubeRecord,
): LocalCollection<KubeRecord> {
  return {
    name: `local/${resource.plural}`,
    lane: 'fast',
    scope: 'region',
    iam: verbs(resource, 'list'),
    async *list(session, installation) {
      const query = { labelSelector: `${INSTALLATION_LABEL}=${installation}` };
      for await (const page of session.pages<Answered>(pathOf(resource, {}), query)) yield page.map(read);
    },
    get: async (session, ids) => (await objectsById(session, resource, ids)).map(read),
    id: ({ metadata }) => idOf(resource, metadata),
    uid: ({ metadata }) => metadata.uid,
    tags: ({ metadata }) => tagsIn(metadata.annotations),
  };
}

/** Those objects of one sort that are there, in the order of their ids. Ids of other things are nobody's here: they ask for nothing. */
export async function objectsById(
  session: Pick<LocalSession, 'get'>,
  resource: Resource,
  ids: readonly string[],
): Promise<Answered[]> {
  const found = await Promise.all(
    ids.map(async (id) => {
      const at = pathOfId(resource, id);
      return at && session.get<Answered>(at);
    }),
  );
  return found.flatMap((object) => object ?? []);
}

/** Reads objects whose status counts as far as `statusOf` picks of it. */
export function reader(statusOf?: (status: Fields) => Fields): (object: Answered) => KubeRecord {
  return (object) => recordOf(object, statusOf);
}
