import type { EcsService } from '../api/ecs-service.ts';
import { awsKindsOf } from '../aws/kinds.ts';
import {
  compileEcsService,
  ECS_SERVICE_NODES,
  referencesOfEcsService,
} from '../compile/ecs-service/ecs-service.ts';
import { outputsOfEcsService } from '../compile/ecs-service/status.ts';
import { compileLocalEcsService, LOCAL_ECS_SERVICE_NODES } from '../compile/local/ecs-service/ecs-service.ts';
import { localOutputsOfEcsService } from '../compile/local/ecs-service/status.ts';
import { localKindsOf } from '../local/kinds.ts';
import { parsed, type GraphKind } from './pass.ts';
import { recallLocalService } from './recall-local-service.ts';
import { recallService } from './recall-service.ts';

/** What is particular to EcsService. */
export const ecsServiceKind: GraphKind<EcsService> = {
  kind: 'EcsService',
  plural: 'ecsservices',
  parse: (object) => parsed('EcsService', object),
  references: referencesOfEcsService,
  on: {
    aws: {
      nodeKinds: awsKindsOf(ECS_SERVICE_NODES),
      recall: recallService,
      compile: compileEcsService,
      outputs: outputsOfEcsService,
    },
    local: {
      nodeKinds: localKindsOf(LOCAL_ECS_SERVICE_NODES),
      recall: recallLocalService,
      compile: compileLocalEcsService,
      outputs: localOutputsOfEcsService,
    },
  },
};
