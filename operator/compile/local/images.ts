import type { LocalAccount } from '../../api/local-account.ts';

/** The image by the name that it has here: of the prefixes that it begins with the longest is replaced. */
export function localImage({ imageRewrites }: Pick<LocalAccount, 'imageRewrites'>, image: string): string {
  const [rewrite] = imageRewrites
    .filter(({ prefix }) => image.startsWith(prefix))
    .sort((a, b) => b.prefix.length - a.prefix.length);
  return rewrite ? `${rewrite.replacement}${image.slice(rewrite.prefix.length)}` : image;
}
