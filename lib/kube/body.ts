import { parseJson, type Json } from '../core/json.ts';

/**
 * The body of a good answer. Logs are text/plain, and a log line that happens to be JSON must stay the text it is.
 * @throws Error for JSON that is not whole: the connection broke where nobody could see it
 */
export function readBody(contentType: string | undefined, text: string): Json {
  if (contentType !== undefined && !contentType.includes('json')) return text;
  try {
    return parseJson(text);
  } catch (error) {
    throw new Error('the answer is not whole JSON', { cause: error });
  }
}

/** The body of a refusal: JSON, or whatever a proxy in front of the API server wrote on a page of its own. */
export function readRefusalBody(text: string): Json {
  try {
    return parseJson(text);
  } catch {
    return text;
  }
}
