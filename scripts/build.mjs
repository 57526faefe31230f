import { build } from 'esbuild';

// Into dist/, or the folder that is given. One file each, so that the operator needs no node_modules at run time and half the memory: client-node's
// generated API classes and the SDK's unused commands are shaken off.
await build({
  entryPoints: { operator: 'operator/main.ts', cli: 'operator/cli/main.ts' },
  outdir: process.argv[2] ?? 'dist',
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
});
