interface UsageOptions extends ErrorOptions {
  /** What to type instead, made from the command as it was typed (`landfall plan`); default: its `--help`. */
  readonly instead?: (command: string) => string;
}

/** What was typed cannot be meant: the message says why, and `instead` what to type. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly instead: (command: string) => string;

  constructor(
    message: string,
    { instead = (command) => `${command} --help`, ...options }: UsageOptions = {},
  ) {
    super(message, options);
    this.instead = instead;
  }
}

/** The command ran and could not do its work; the messages say why. */
export class Failures extends Error {
  override readonly name = 'Failures';
  readonly list: readonly Failure[];

  constructor(list: readonly Failure[]) {
    super(list.map((failure) => failure.message).join('\n'));
    this.list = list;
  }
}

/** One reason why a command failed, and the place in a manifest that it is about, where there is one. */
export interface Failure {
  /** File as it was given, or found below what was given; `stdin` for `-`. */
  readonly file?: string;
  /** Which document of the file, from 1. */
  readonly document?: number;
  /** Line of the file on which the document begins, from 1. */
  readonly line?: number;
  /** `SecureVpc portal/portal`. */
  readonly object?: string;
  /** As `spec.cidr`. */
  readonly field?: string;
  readonly value?: unknown;
  /** A word for programs, as the condition's reason in the cluster. */
  readonly reason: string;
  readonly message: string;
}
