import { Problem } from '../../http/problem.ts';

/** The text of an answer. Throws a 502 where it is larger, without reading on. */
export async function readUpTo(response: Response, bytes: number): Promise<string> {
  if (!response.body) return '';
  const decoder = new TextDecoder();
  let text = '';
  let seen = 0;
  for await (const chunk of response.body) {
    seen += chunk.byteLength;
    if (seen > bytes) throw new Problem(502, `it answered more than ${bytes} bytes`);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}
