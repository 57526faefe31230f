/** A tag as most of AWS's APIs write it. */
interface Tag {
  Key: string;
  Value: string;
}

/** A tag as their answers have it. */
type AnsweredTag = { readonly Key?: string | undefined; readonly Value?: string | undefined };

/** A record of tags as AWS's list. */
export function tagList(tags: Readonly<Record<string, string>>): Tag[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

/** AWS's list of a thing's tags as a record. */
export function tagsOf(thing: {
  readonly Tags?: readonly AnsweredTag[] | undefined;
}): Record<string, string> {
  return Object.fromEntries((thing.Tags ?? []).map((tag) => [tag.Key ?? '', tag.Value ?? '']));
}

/** The thing with some tags set and some taken away. */
export function retagged<R extends { readonly Tags?: readonly AnsweredTag[] | undefined }>(
  thing: R,
  { set, unset }: { readonly set: Readonly<Record<string, string>>; readonly unset: readonly string[] },
): R & { Tags: Tag[] } {
  const tags = { ...tagsOf(thing), ...set };
  for (const key of unset) delete tags[key];
  return { ...thing, Tags: tagList(tags) };
}
