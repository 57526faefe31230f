import { AURORA_SHARES } from '../support/crash-shares.ts';
import { proveCrashes } from '../support/crash-suite.ts';

await proveCrashes(AURORA_SHARES, { part: 0, of: 1 });
