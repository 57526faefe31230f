import { creation, gone, type Parameters, type Reading, tagDeeds, tagsOf, written } from './deed-words.ts';

/** What nobody sees, and the names of versions, which are hashes. */
function takeHidden(params: Parameters): void {
  params.take('SecretString');
  params.take('ClientRequestToken');
}

/** What the calls of Secrets Manager say. */
export const SECRET_READINGS: Readonly<Record<string, Reading>> = {
  CreateSecret(params, after) {
    takeHidden(params);
    return creation('Secret', after, tagsOf(params.take('Tags')), {
      name: params.take('Name'),
      description: params.take('Description'),
      kmsKeyArn: params.take('KmsKeyId'),
    });
  },
  PutSecretValue(params) {
    takeHidden(params);
    const secret = params.text('SecretId');
    // Where the store answers is written beside the password that it has; another password is not the current one yet.
    const isCurrent = params.list('VersionStages').includes('AWSCURRENT');
    return [written(secret, isCurrent ? 'address' : 'rotation')];
  },
  TagResource: (params) => tagDeeds(params.text('SecretId'), tagsOf(params.take('Tags'))),
  UntagResource(params) {
    const secret = params.text('SecretId');
    return params.list('TagKeys').map((key) => gone(secret, `tags.${key}`));
  },
};
