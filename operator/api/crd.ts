import { z } from 'zod';
import { GROUP, VERSION } from './common.ts';
import type { KindDefinition } from './kinds.ts';
import type { CelRule } from './rule.ts';

/** The part of OpenAPI that a structural schema may use and ours do. */
export interface StructuralSchema {
  type?: string;
  format?: string;
  description?: string;
  default?: unknown;
  enum?: unknown[];
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  maxProperties?: number;
  required?: string[];
  properties?: Record<string, StructuralSchema>;
  additionalProperties?: StructuralSchema | false;
  items?: StructuralSchema;
  'x-kubernetes-list-type'?: string;
  'x-kubernetes-list-map-keys'?: string[];
  'x-kubernetes-validations'?: CelRule[];
}

/** The structural schema of a kind. */
export function structuralSchema(definition: KindDefinition): StructuralSchema {
  const json = z.toJSONSchema(definition.schema, { target: 'openapi-3.0', io: 'input' }) as StructuralSchema;
  const schema = structural(json);
  const required = (schema.required ?? []).filter((name) => name === 'spec');
  return {
    description: definition.summary,
    ...schema,
    required,
    properties: {
      ...schema.properties,
      apiVersion: { type: 'string', description: 'Group and version.' },
      kind: { type: 'string', description: 'The kind.' },
      // A schema may say nothing of metadata but its type: the API server checks it by itself.
      metadata: { type: 'object' },
    },
  };
}

function structural(schema: StructuralSchema): StructuralSchema {
  const { properties, items, additionalProperties, ...rest } = schema;
  const result: StructuralSchema = { ...rest };
  // The largest integer that JavaScript knows is no limit that a person means.
  if (result.maximum === Number.MAX_SAFE_INTEGER) {
    delete result.maximum;
    result.format = 'int64';
  }
  if (properties) {
    result.properties = Object.fromEntries(
      Object.entries(properties).map(([name, field]) => [name, structural(field)]),
    );
  }
  if (items) result.items = structural(items);
  // `false` beside properties is refused by the API server, which prunes unknown fields anyway.
  if (additionalProperties) result.additionalProperties = structural(additionalProperties);
  return result;
}

/** The CustomResourceDefinition of a kind. */
export function crdOf(definition: KindDefinition): object {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${definition.plural}.${GROUP}` },
    spec: {
      group: GROUP,
      scope: definition.scope,
      names: {
        kind: definition.kind,
        listKind: `${definition.kind}List`,
        plural: definition.plural,
        singular: definition.singular,
        shortNames: definition.shortNames,
        categories: ['landfall'],
      },
      versions: [
        {
          name: VERSION,
          served: true,
          storage: true,
          subresources: { status: {} },
          additionalPrinterColumns: definition.columns,
          schema: { openAPIV3Schema: structuralSchema(definition) },
        },
      ],
    },
  };
}
