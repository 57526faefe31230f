import { BACKUP_SHARES } from '../support/crash-shares.ts';
import { proveCrashes } from '../support/crash-suite.ts';

await proveCrashes(BACKUP_SHARES, { part: 0, of: 1 });
