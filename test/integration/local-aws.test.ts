import { describe } from 'vitest';

import { accounts } from './local-aws/accounts.ts';
import { loadBalancers } from './local-aws/balancers.ts';
import { bootstrapRole } from './local-aws/bootstrap-role.ts';
import { calls } from './local-aws/calls.ts';
import { databases } from './local-aws/databases.ts';
import { endpoints } from './local-aws/endpoints.ts';
import { faults } from './local-aws/faults.ts';
import { securityGroups } from './local-aws/groups.ts';
import { lag } from './local-aws/lag.ts';
import { life } from './local-aws/life.ts';
import { natGateways } from './local-aws/nat.ts';
import { network } from './local-aws/network.ts';
import { permissions } from './local-aws/permissions.ts';
import { otherServices } from './local-aws/services.ts';
import { privateLink } from './local-aws/privatelink.ts';
import { transitGateways } from './local-aws/transit-gateways.ts';
import { throttling } from './local-aws/throttling.ts';

// One server for all of them: starting it takes longer than most of its tests.
describe('accounts, ledger, dump', accounts);
describe('network', network);
describe('security groups', securityGroups);
describe('endpoints', endpoints);
describe('NAT gateways', natGateways);
describe('PrivateLink between accounts', privateLink);
describe('transit gateways', transitGateways);
describe('load balancers', loadBalancers);
describe('databases', databases);
describe('calls', calls);
describe('a whole network', life);
describe('other services', otherServices);
describe('faults', faults);
describe('throttling', throttling);
describe('permissions', permissions);
describe('the role of manifests/bootstrap', bootstrapRole);
describe('lag', lag);
