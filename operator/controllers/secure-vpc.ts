import type { SecureVpc } from '../api/secure-vpc.ts';
import { awsKindsOf } from '../aws/kinds.ts';
import { compileLocalSecureVpc, LOCAL_SECURE_VPC_NODES } from '../compile/local/secure-vpc/secure-vpc.ts';
import { localOutputsOfSecureVpc } from '../compile/local/secure-vpc/status.ts';
import { outputsOfSecureVpc } from '../compile/secure-vpc-status.ts';
import { compileSecureVpc, SECURE_VPC_NODES } from '../compile/secure-vpc.ts';
import { localKindsOf } from '../local/kinds.ts';
import { parsed, type GraphKind } from './pass.ts';
import { recall } from './recall.ts';

/** What is particular to SecureVpc. */
export const secureVpcKind: GraphKind<SecureVpc> = {
  kind: 'SecureVpc',
  plural: 'securevpcs',
  references: () => [],
  parse: (object) => parsed('SecureVpc', object),
  on: {
    aws: {
      nodeKinds: awsKindsOf(SECURE_VPC_NODES),
      recall,
      compile: compileSecureVpc,
      outputs: outputsOfSecureVpc,
    },
    local: {
      nodeKinds: localKindsOf(LOCAL_SECURE_VPC_NODES),
      recall: (object) => object,
      compile: compileLocalSecureVpc,
      outputs: localOutputsOfSecureVpc,
    },
  },
};
