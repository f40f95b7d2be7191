/**
 * How the forms of an output stand in it: JSON as its text, text as it is, everything else as base64. The table is
 * mime-types.json; mime_texts.py reads the same file.
 */
import table from './mime-types.json' with { type: 'json' };

export const MAX_MIME_CHARACTERS = table.maxCharacters;

/** Whether content of the type is JSON: in an output its text, in a notebook the value. */
export const isJsonMime = (mime: string): boolean =>
  table.json.types.includes(mime) || table.json.endings.some((ending) => mime.endsWith(ending));

/** Whether content of the type is text. Bytes, in base64, are what all others have. */
export const isTextMime = (mime: string): boolean =>
  isJsonMime(mime) ||
  table.text.types.includes(mime) ||
  table.text.beginnings.some((beginning) => mime.startsWith(beginning));

const NO_DIGIT = /[^A-Za-z0-9+/]/u;

/** In one pass, wherever something else is: a whole pattern would go back over all of it. */
const isBase64 = (text: string): boolean => {
  const digits = text.search(NO_DIGIT);
  return digits === -1 ? text !== '' : digits > 0 && ['=', '=='].includes(text.slice(digits));
};

/** Whether the content of an output is bytes in base64: code can name any type for any text. */
export const isBase64Content = (mime: string, content: string): boolean =>
  !isTextMime(mime) && content.length % 4 === 0 && isBase64(content);
