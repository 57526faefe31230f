import { build } from 'esbuild';
import { BUNDLE } from './bundle.mjs';

// The operator and its command line, into dist/ or the folder that is given: client-node's generated API classes and the SDK's unused
// commands are shaken off.
await build({
  ...BUNDLE,
  entryPoints: { operator: 'operator/main.ts', cli: 'operator/cli/main.ts' },
  outdir: process.argv[2] ?? 'dist',
});
