import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseAllDocuments, stringify } from 'yaml';
import { renderObjects } from '../../operator/cli/render-objects.ts';
import { PLAIN } from '../../operator/cli/terminal.ts';
import { type Example, EXAMPLES } from '../example-folders.ts';
import type { ImageRewrite } from './images.ts';

const root = join(import.meta.dirname, '../..');
const ACCOUNTS = 'k8s-local/accounts.yaml';

interface AccountDocument {
  spec: { local: { imageRewrites?: ImageRewrite[] } };
}

interface Templated {
  readonly spec?: {
    readonly template?: { readonly spec: { readonly containers: readonly { readonly image: string }[] } };
  };
}

/** Images that pods of the examples run, by the names that their Accounts give them. */
export async function imagesOf(examples: readonly Example[]): Promise<string[]> {
  const rendered = await renderObjects(
    { filename: [ACCOUNTS, ...examples.map((example) => EXAMPLES[example])].map((path) => join(root, path)) },
    { out: () => {}, note: () => {}, paint: PLAIN },
  );
  const pods = rendered.map(({ object }) => (object as Templated).spec?.template?.spec);
  return [...new Set(pods.flatMap((pod) => pod?.containers.map(({ image }) => image) ?? []))].sort();
}

/** The local Accounts, with images that stand in for others by their names. */
export async function accountsText(rewrites: readonly ImageRewrite[]): Promise<string> {
  const documents = parseAllDocuments(await readFile(join(root, ACCOUNTS), 'utf8'));
  const accounts = documents.map((document) => document.toJS() as AccountDocument);
  return accounts
    .map((account) => {
      const { local } = account.spec;
      const imageRewrites = [...(local.imageRewrites ?? []), ...rewrites];
      return stringify({ ...account, spec: { local: { ...local, imageRewrites } } });
    })
    .join('---\n');
}
