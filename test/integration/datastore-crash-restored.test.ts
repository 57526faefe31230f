import { RESTORED_SHARES } from '../support/crash-shares.ts';
import { proveCrashes } from '../support/crash-suite.ts';

await proveCrashes(RESTORED_SHARES, { part: 0, of: 1 });
