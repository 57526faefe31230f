import { z } from 'zod';
import { LabelSchema, listMap, PortSchema } from './fields.ts';
import { matches, withRules } from './rule.ts';

/** Name of an environment variable. */
export const variableName = withRules(
  z.string().max(128).describe('Name of the variable.'),
  matches(
    '^[A-Za-z_][A-Za-z0-9_.-]*$',
    '{self} is not the name of an environment variable: begin with a letter or underscore, go on with letters, digits, _, . and -',
  ),
);

const endpoint = z.strictObject({
  name: LabelSchema.describe(
    'Name of the PrivateLinkEndpoint, which has `consume` in the same network and lets this service in by `allowFrom`.',
  ),
  namespace: LabelSchema.optional().describe(
    'Its namespace; default that of this object. Another one has to let this one in, by `allowReferencesFrom`.',
  ),
  port: PortSchema.optional().describe('One of its ports. Default: the lowest.'),
  scheme: z
    .enum(['http', 'https'])
    .default('http')
    .describe(
      'How the URL of the endpoint begins: https where the provider listens with TLS, under a name that its certificate has.',
    ),
});

const source = withRules(
  z.strictObject({
    name: variableName,
    format: z
      .enum(['ServiceList', 'Url', 'Host'])
      .default('ServiceList')
      .describe(
        'What the variable says. ServiceList: a JSON list of objects with `name`, that of the PrivateLinkEndpoint, and `url`. Url: `<scheme>://<host>:<port>`. Host: the name of the endpoint alone.',
      ),
    endpoints: listMap(endpoint, 'name', 10).min(1).describe('The endpoints, by name.'),
  }),
  {
    cel: "!has(self.format) || self.format == 'ServiceList' || self.endpoints.size() == 1",
    message:
      'variable {self.name} has format {self.format}, which is of one endpoint: name one, or use ServiceList',
    path: ['endpoints'],
    check: ({ format, endpoints }) => format === 'ServiceList' || endpoints.length === 1,
  },
);
export type EnvironmentSource = z.output<typeof source>;

/** Variables of a container whose values are known when what they speak of stands. */
export const environmentFrom = listMap(source, 'name', 10)
  .default([])
  .describe(
    'Environment variables that tell where endpoints are, by name. The tasks may then open the ports of these endpoints, and nothing else of them.',
  );
