import { SHARES } from '../support/crash-shares.ts';
import { proveCrashes } from '../support/crash-suite.ts';

await proveCrashes(SHARES, { part: 0, of: 2 });
