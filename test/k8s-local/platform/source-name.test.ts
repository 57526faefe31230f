import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ownSourceName, OPERATOR_IMAGE, SERVICE_IMAGE } from '../../../k8s-local/platform/images.ts';
import { sourceName } from '../../../k8s-local/platform/source-name.ts';

const DOCKERFILE = `FROM node AS build
COPY package.json  package-lock.json ./
COPY service service
FROM scratch
COPY --from=build /src/dist /app
`;

let root: string;
const write = async (path: string, text: string) => writeFile(join(root, path), text);
const name = () => sourceName('microservice:latest', 'service/Dockerfile', root);
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'landfall-sources-'));
  await mkdir(join(root, 'service', 'http'), { recursive: true });
  await mkdir(join(root, 'docs'));
  await write('service/Dockerfile', DOCKERFILE);
  await write('service/http/app.ts', 'first');
  for (const path of ['.dockerignore', 'package.json', 'package-lock.json', 'docs/service.md'])
    await write(path, '');
});
afterEach(() => rm(root, { recursive: true }));

describe('the name that tells what an image is made of', () => {
  it.each([
    'service/http/app.ts',
    'service/new.ts',
    'package-lock.json',
    '.dockerignore',
    'service/Dockerfile',
  ])('is another one where %s is another', async (path) => {
    const before = await name();
    expect(before).toMatch(/^microservice:of-[0-9a-f]{12}$/);
    await write(path, `${DOCKERFILE}# more\n`);
    expect(await name()).not.toBe(before);
  });

  it('is the same in another folder, and whatever else is there', async () => {
    const before = await name();
    await write('docs/service.md', 'other');
    expect(await name()).toBe(before);
    const copy = await mkdtemp(join(tmpdir(), 'landfall-sources-'));
    try {
      await cp(root, copy, { recursive: true });
      expect(await sourceName('microservice:latest', 'service/Dockerfile', copy)).toBe(before);
    } finally {
      await rm(copy, { recursive: true });
    }
  });

  it('can be told of the images of this repository', async () => {
    expect(await ownSourceName(SERVICE_IMAGE)).toMatch(/^microservice:of-/);
    expect(await ownSourceName(OPERATOR_IMAGE)).toMatch(/^landfall:of-/);
    await expect(ownSourceName('redis:7')).rejects.toThrow('redis:7 is no image of this repository');
  });
});
