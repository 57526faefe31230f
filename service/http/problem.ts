import { STATUS_CODES } from 'node:http';
import { z } from 'zod';

const FieldError = z
  .object({
    field: z
      .string()
      .meta({ description: 'Where in the request: the name of a field, dotted where it is nested.' }),
    message: z.string().meta({ description: 'What is wrong with it and what it has to be.' }),
  })
  .meta({ id: 'FieldError' });

/** What every error looks like (RFC 9457, application/problem+json). */
export const ProblemDocument = z
  .object({
    type: z.literal('about:blank'),
    title: z.string().meta({ description: 'The name of the status.' }),
    status: z.int(),
    detail: z.string().meta({ description: 'What happened and what to do, for people.' }),
    requestId: z
      .string()
      .meta({ description: 'The same as in X-Request-ID, by which the logs are searched.' }),
    errors: z.array(FieldError).optional(),
  })
  .meta({ id: 'Problem' });

export type FieldError = z.infer<typeof FieldError>;

interface ProblemOptions {
  readonly errors?: readonly FieldError[];
  readonly headers?: Readonly<Record<string, string>>;
  readonly cause?: unknown;
}

/** An answer that is an error. Thrown anywhere in a handler; its detail is for whoever asked, its cause for the log. */
export class Problem extends Error {
  override name = 'Problem';
  readonly status: number;
  readonly errors: readonly FieldError[] | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, detail: string, { errors, headers = {}, cause }: ProblemOptions = {}) {
    super(detail, cause === undefined ? undefined : { cause });
    this.status = status;
    this.errors = errors;
    this.headers = headers;
  }

  document(requestId: string): z.infer<typeof ProblemDocument> {
    return {
      type: 'about:blank',
      title: STATUS_CODES[this.status] ?? 'Error',
      status: this.status,
      detail: this.message,
      requestId,
      ...(this.errors ? { errors: [...this.errors] } : {}),
    };
  }
}

/** Fields that are wrong, each with its message. */
export function invalid(errors: readonly FieldError[]): Problem {
  const fields = [...new Set(errors.map(({ field }) => field))].join(', ');
  return new Problem(422, `Not valid: ${fields}.`, { errors });
}
