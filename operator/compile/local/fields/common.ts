import { type FieldMeanings, without } from './meaning.ts';

/** Fields that every kind has, whose meaning is the operator's and not a compiler's. */
export const COMMON_FIELDS: FieldMeanings = {
  'spec.accountRef.name': {
    local: 'An Account with spec.local makes of the object what stands in the cluster itself.',
    test: 'operator/compile/local/fields.test.ts#an object of a local Account compiles to Kubernetes objects alone',
  },
  'spec.region': {
    local:
      'Objects that refer to each other have to name the same one, as in AWS. Otherwise the cluster is one place.',
    test: 'operator/compile/local/refusals.test.ts#refuses a network of another region',
  },
  ...without(
    'Tags are AWS’s; objects of the cluster have labels, and those of ownership as annotations and labels of their own.',
    'spec.',
    'tags',
  ),
  ...without('What was made by hand in AWS is not here to be taken over.', 'spec.adopt[].', 'node id'),
};
