import { does, type FieldMeanings, without } from './meaning.ts';

const CONTROLLERS = 'the operator treats objects of both targets alike';

/** Fields that every kind has, most of which are the operator's to heed and no compiler's. */
export const COMMON_FIELDS: FieldMeanings = {
  ...does(
    'What is made of the object stands in the cluster itself where the Account has spec.local. Objects that refer to each other name the same one, as in AWS.',
    'operator/compile/local/refusals.test.ts#a network of another account',
    'spec.',
    'accountRef.name',
  ),
  ...does(
    'The cluster is one place; still objects that refer to each other name the same region, as in AWS.',
    'operator/compile/local/refusals.test.ts#a network of another region',
    'spec.',
    'region',
  ),
  ...without(
    'Objects of Kubernetes have labels and no tags; those of the manifest stay with its object.',
    'spec.',
    'tags',
  ),
  ...without(
    'What was made by hand in AWS is not here to be taken over.',
    'spec.',
    'adopt[].node adopt[].id',
  ),
  ...does(
    `As in AWS: ${CONTROLLERS}.`,
    'integration/securevpc-management.test.ts#says what is missing, makes nothing, and holds no finalizer',
    'spec.',
    'management',
  ),
  ...does(
    `As in AWS: ${CONTROLLERS}.`,
    'integration/securevpc-approval.test.ts#publishes the plan with the hash that a pull request showed, and makes nothing until it is approved',
    'spec.',
    'approval',
  ),
};

/** Of the kinds that hold no data. */
export const DELETION_FIELDS: FieldMeanings = does(
  'Retain leaves in the cluster what stands there, with its labels; the same manifest finds it again.',
  'integration/securevpc-retain.test.ts#leaves AWS as it is, tagged and told of, and the same manifest finds all of it: 0 creates',
  'spec.',
  'deletionPolicy',
);
