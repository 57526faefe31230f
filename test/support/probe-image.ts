import { join } from 'node:path';
import { cachedPrograms } from '../../k8s-local/cluster/cached.ts';
import { goBuild } from '../../k8s-local/cluster/go-build.ts';
import { cacheRoot } from '../../k8s-local/cluster/paths.ts';
import { makeImage } from '../../k8s-local/node/image.ts';

const modules = join(import.meta.dirname, '..', 'fixtures', 'probe');

/** How pods name the image; its only program is `/probe`. */
export const PROBE_IMAGE = 'landfall.local/probe:1';

/** The archive of a small image whose program serves and asks (`test/fixtures/probe`), made without Docker. */
export async function probeImage(progress: (line: string) => void = console.log): Promise<string> {
  const env = process.env;
  const folder = await cachedPrograms({
    name: 'probe',
    sources: [modules, join(import.meta.dirname, '..', '..', 'k8s-local', 'node', 'image.ts')],
    programs: ['probe'],
    env,
    progress,
    make: async (into, guard) => {
      const about = "building the program of the tests' pods, once";
      const cache = cacheRoot(env);
      await goBuild({
        modules,
        packages: ['.'],
        about,
        static: true,
        cache,
        into,
        guard,
        env,
        progress,
      });
      await makeImage({
        name: PROBE_IMAGE,
        program: join(into, 'probe'),
        archive: join(into, 'probe.tar'),
      });
    },
  });
  return join(folder, 'probe.tar');
}
