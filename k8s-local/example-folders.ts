/** The systems of the examples, as they are: the same files for AWS and for a local cluster, which differ in the Accounts alone. */
export const EXAMPLES = {
  platform: 'manifests/examples/platform/base',
  portal: 'manifests/examples/portal/base',
} as const;
export type Example = keyof typeof EXAMPLES;
