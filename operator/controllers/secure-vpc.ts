import type { SecureVpc } from '../api/secure-vpc.ts';
import { outputsOfSecureVpc } from '../compile/secure-vpc-status.ts';
import { compileSecureVpc } from '../compile/secure-vpc.ts';
import type { GraphKind } from './resource.ts';

/** What is particular to SecureVpc. */
export const secureVpcKind: GraphKind<SecureVpc> = {
  kind: 'SecureVpc',
  plural: 'securevpcs',
  compile: compileSecureVpc,
  outputs: outputsOfSecureVpc,
};
