import type { EcsService } from '../api/ecs-service.ts';
import { awsKindsOf } from '../aws/kinds.ts';
import {
  compileEcsService,
  ECS_SERVICE_NODES,
  referencesOfEcsService,
} from '../compile/ecs-service/ecs-service.ts';
import { outputsOfEcsService } from '../compile/ecs-service/status.ts';
import { parsed, type GraphKind } from './pass.ts';
import { recallService } from './recall-service.ts';

/** What is particular to EcsService. */
export const ecsServiceKind: GraphKind<EcsService> = {
  kind: 'EcsService',
  plural: 'ecsservices',
  nodeKinds: awsKindsOf(ECS_SERVICE_NODES),
  parse: (object) => parsed('EcsService', object),
  references: referencesOfEcsService,
  recall: recallService,
  compile: compileEcsService,
  outputs: outputsOfEcsService,
};
