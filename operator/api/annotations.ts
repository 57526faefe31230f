/** What a person may say of an object besides its spec. */
export interface AnnotationDoc {
  readonly name: string;
  /** What it does, and how to set it. */
  readonly means: string;
}

/** Whenever its value becomes another, all tasks are replaced. */
export const RESTART_ANNOTATION = 'landfall.dev/restarted-at';
/** Whenever its value becomes another, a store whose credentials are generated is given a new password. */
export const ROTATE_ANNOTATION = 'landfall.dev/rotated-at';
/** An object that is to go does so although others use it; what they use is taken away from them. Where that can be done. */
export const FORCE_DELETE_ANNOTATION = 'landfall.dev/force-delete';
