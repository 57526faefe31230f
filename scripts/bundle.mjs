/** How everything that ships is bundled: one file each, so that nothing needs node_modules at run time, and half the memory. */
export const BUNDLE = {
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  // The SDK's CommonJS build is one piece; only its ES modules let go of the commands that nobody sends.
  mainFields: ['module', 'main'],
  minify: true,
  keepNames: true,
  sourcemap: 'linked',
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
  legalComments: 'none',
  logLevel: 'warning',
  // Bundled CommonJS packages call require; an ES module has none.
  banner: {
    js: "import { createRequire as landfallRequire } from 'node:module'; const require = landfallRequire(import.meta.url);",
  },
};
