/** The images of stores as the local target names them, and those that .ci/docker makes in their place. */
const MADE: Readonly<Record<string, string | undefined>> = {
  'postgres:15': process.env['TEST_POSTGRES_IMAGE'],
  'mysql:8.0': process.env['TEST_MYSQL_IMAGE'],
  'redis:7.0': process.env['TEST_REDIS_IMAGE'],
  'amazon/dynamodb-local:2.5.2': process.env['TEST_DYNAMODB_IMAGE'],
  'node:24-bookworm-slim': process.env['LANDFALL_TEST_NODE_IMAGE'],
};

/** As an Account has them. */
export const imageRewrites = Object.entries(MADE).flatMap(([prefix, replacement]) =>
  replacement === undefined ? [] : [{ prefix, replacement }],
);

/** What runs, by the name that Docker has it by. */
export const storeImages = Object.entries(MADE).map(([image, made = image]) => made);
