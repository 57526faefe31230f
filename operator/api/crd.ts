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
  'x-kubernetes-map-type'?: string;
  'x-kubernetes-validations'?: CelRule[];
}

/** The structural schema of a kind. */
function structuralSchema(definition: KindDefinition): StructuralSchema {
  const schema = withWholeObjects(withoutItemDefaults(describedSchema(definition), false));
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

/** The schema of a kind with every default, those inside of list items included. */
export function describedSchema(definition: KindDefinition): StructuralSchema {
  return structural(
    z.toJSONSchema(definition.schema, { target: 'openapi-3.0', io: 'input' }) as StructuralSchema,
  );
}

function structural(schema: StructuralSchema): StructuralSchema {
  const { properties, additionalProperties, ...rest } = mapFields(schema, structural);
  const result: StructuralSchema = rest;
  // The largest integer that JavaScript knows is no limit that a person means.
  if (result.maximum === Number.MAX_SAFE_INTEGER) {
    delete result.maximum;
    result.format = 'int64';
  }
  // The API server drops an empty map when it stores the CRD, which Git would then differ from for ever.
  if (properties && Object.keys(properties).length > 0) result.properties = properties;
  // `false` beside properties is refused by the API server, which prunes unknown fields anyway.
  if (additionalProperties) result.additionalProperties = additionalProperties;
  return result;
}

/**
 * Where an object that is there says something and may be empty, server-side apply would take it away: the API
 * server prunes what is left of a map whose members nobody owns any more, and a default is a member that nobody
 * owns. So such an object is one value, which its applier owns, and its defaults are filled in when a manifest
 * is parsed; stored ones would be a difference from Git for ever, as in lists.
 */
function withWholeObjects(schema: StructuralSchema): StructuralSchema {
  const result = mapFields(schema, withWholeObjects);
  for (const [name, field] of Object.entries(schema.properties ?? {})) {
    if (!result.properties || schema.required?.includes(name) || !mayBeEmpty(field)) continue;
    result.properties[name] = { ...withoutDefaults(field), 'x-kubernetes-map-type': 'atomic' };
  }
  return result;
}

/** Whether an optional object may be empty; one that has a default is there in any case. */
function mayBeEmpty({ properties, required = [], default: byDefault }: StructuralSchema): boolean {
  return properties !== undefined && required.length === 0 && byDefault === undefined;
}

function withoutDefaults(schema: StructuralSchema): StructuralSchema {
  const result = mapFields(schema, withoutDefaults);
  delete result.default;
  return result;
}

/**
 * Client-side apply and Argo CD compare a list of a custom resource as a whole: a default that the API server
 * puts into an item is a difference from Git for ever. Such defaults are filled in when a manifest is parsed.
 */
function withoutItemDefaults(schema: StructuralSchema, inItem: boolean): StructuralSchema {
  const result = mapFields(schema, (field, isItem) => withoutItemDefaults(field, inItem || isItem));
  if (inItem) delete result.default;
  return result;
}

function mapFields(
  schema: StructuralSchema,
  map: (field: StructuralSchema, isItem: boolean) => StructuralSchema,
): StructuralSchema {
  const { properties, items, additionalProperties } = schema;
  const result = { ...schema };
  if (properties) {
    result.properties = Object.fromEntries(
      Object.entries(properties).map(([name, field]) => [name, map(field, false)]),
    );
  }
  if (items) result.items = map(items, true);
  if (additionalProperties) result.additionalProperties = map(additionalProperties, false);
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
          subresources: { status: {}, ...(definition.scale && { scale: definition.scale }) },
          additionalPrinterColumns: definition.columns,
          schema: { openAPIV3Schema: structuralSchema(definition) },
        },
      ],
    },
  };
}
