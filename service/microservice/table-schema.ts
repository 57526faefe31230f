/** What the service needs of its table, which the platform makes, and not the service. */
export const TABLE = {
  key: ['session_id'],
  index: { name: 'user-activity', key: ['user_id', 'timestamp'] },
  /** DynamoDB's types of what keys are made of. */
  types: { session_id: 'S', user_id: 'S', timestamp: 'N' },
  /** The attribute that says when an item ends. */
  timeToLive: 'ttl',
} as const;
