import { z } from 'zod';

/** Where a page ended: when its last was made, in milliseconds since 1970, and its id. */
export interface Place {
  readonly ms: number;
  readonly id: string;
}

/** A place as text that whoever asks hands back as it is for the next page. */
export function cursorOf({ ms, id }: Place): string {
  return `${ms}.${id}`;
}

/**
 * What {@link cursorOf} makes of places whose ids look like `id`, a pattern. Anybody may write one, and the document says how, so
 * it is no more than a place to begin at.
 */
export function cursorLike(id: string, message: string) {
  const form = new RegExp(`^\\d{1,14}\\.${id}$`);
  return z
    .string(message)
    .regex(form, message)
    .transform((text): Place => {
      const dot = text.indexOf('.');
      return { ms: Number(text.slice(0, dot)), id: text.slice(dot + 1) };
    });
}
