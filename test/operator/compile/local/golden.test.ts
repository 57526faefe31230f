import { expect, it } from 'vitest';
import { compileAll } from './compiled.ts';
import { localAccount, objectsOf } from './examples.ts';
import { manifestText } from './manifest-text.ts';

const account = localAccount({
  imageRewrites: [
    { prefix: '555555555555.dkr.ecr.us-east-1.amazonaws.com/', replacement: 'landfall.local/' },
    { prefix: '123456789012.dkr.ecr.us-east-1.amazonaws.com/', replacement: 'landfall.local/' },
  ],
  sizeFactor: 0.5,
});

it.each(['platform', 'portal'] as const)('the %s is this in a cluster', async (example) => {
  const objects = objectsOf(example).filter(({ kind }) => kind !== 'DataStore');
  const graphs = compileAll(objects, { account, accountOf: () => account }, objectsOf(example));
  await expect(manifestText(graphs)).toMatchFileSnapshot(`${example}.yaml.txt`);
});
