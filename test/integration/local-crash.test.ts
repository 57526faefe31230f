import { inCluster } from '../support/crash-in-cluster.ts';
import { LOCAL_SHARES } from '../support/crash-shares.ts';
import { proveCrashes } from '../support/crash-suite.ts';

await proveCrashes(LOCAL_SHARES, { part: 0, of: 1 }, inCluster());
