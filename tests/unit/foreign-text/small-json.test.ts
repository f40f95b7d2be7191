/** What is read at once must be what is read token by token, and nothing else. */
import { expect, it } from 'vitest';
import { JsonError, JsonReader, type Json } from '../../../src/main/foreign-text/json-reader.ts';
import { SMALL_JSON_BYTES, smallJson } from '../../../src/main/foreign-text/small-json.ts';

const CAPS = { maxBytes: 10_000, maxDepth: 3, maxValues: 8 };

/** In two pieces, so that it is read token by token. */
const inTokens = (bytes: Uint8Array): Json | JsonError => {
  const reader = new JsonReader(CAPS);
  return orError(() => {
    reader.push(bytes.subarray(0, 1));
    reader.push(bytes.subarray(1));
    return reader.end();
  });
};

const atOnce = (bytes: Uint8Array): Json | JsonError => {
  const reader = new JsonReader(CAPS);
  return orError(() => {
    reader.push(bytes);
    return reader.end();
  });
};

const orError = (read: () => Json): Json | JsonError => {
  try {
    return read();
  } catch (error) {
    if (error instanceof JsonError) return error;
    throw error;
  }
};

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

it.each([
  '{"value":{"text":"1","json":1},"error":null,"files":[]}',
  '[1,-0.5,"é\\n\\u001b",true]',
  '""',
  '0',
])('a small text as JSON.stringify writes it is read at once: %s', (text) => {
  expect(smallJson(text, [CAPS])).toEqual(JSON.parse(text));
  expect(atOnce(encode(text))).toEqual(inTokens(encode(text)));
});

it.each([
  ['a key that comes twice', '{"a":1,"a":2}'],
  ['a key twice, once escaped', '{"a":1,"\\u0061":2}'],
  ['the key of the prototype', '{"__proto__":{"a":1}}'],
  ['the key of the prototype, escaped', '{"\\u005f_proto__":{"a":1}}'],
  ['too many levels', '[[[[]]]]'],
  ['too many values', '[1,2,3,4,5,6,7,8,9]'],
  ['no end', '[1,2'],
  ['two documents', '1 2'],
  ['nothing', ''],
  ['no JSON', 'NaN'],
  ['a number of many digits', '1'.repeat(1001)],
])('what is refused token by token is refused of a small text, too: %s', (_what, text) => {
  expect(smallJson(text, [CAPS])).toBeUndefined();
  expect(inTokens(encode(text))).toBeInstanceOf(JsonError);
  expect(atOnce(encode(text))).toBeInstanceOf(JsonError);
});

it.each([
  ['blanks', '{ "a": [1, 2] }'],
  ['keys that are numbers', '{"b":1,"1":2}'],
  ['a number with an exponent', '[1e3,1.0,-0]'],
  ['brackets in a text', '"[[[[[["'],
  ['a text that is not small', JSON.stringify('x'.repeat(SMALL_JSON_BYTES))],
  ['the prototype as a value', '["__proto__"]'],
  ['the letter that stands for bytes that are no UTF-8', '"\uFFFD"'],
])('what is written otherwise has the value that it has token by token: %s', (_what, text) => {
  const bytes = encode(text);
  expect(atOnce(bytes)).toEqual(inTokens(bytes));
  expect(atOnce(bytes)).not.toBeInstanceOf(JsonError);
});

it('bytes that are no UTF-8 are refused of a small text, too', () => {
  const bytes = Uint8Array.of(0x22, 0xff, 0x22);
  expect(inTokens(bytes)).toBeInstanceOf(JsonError);
  expect(atOnce(bytes)).toBeInstanceOf(JsonError);
});

it('a part with caps of its own is left out of a small text, too', () => {
  const part = { path: ['json'], maxBytes: 100, maxDepth: 1, maxValues: 3 };
  const reader = new JsonReader({ ...CAPS, droppable: [part] });
  reader.push(encode('{"json":[1,2,3,4],"text":"x"}'));
  expect(reader.end()).toEqual({ text: 'x' });
});

it('a small piece that more follows may be changed by who gave it', () => {
  const bytes = encode('[1,');
  const reader = new JsonReader(CAPS);
  reader.push(bytes);
  bytes.fill(0);
  reader.push(encode('2]'));
  expect(reader.end()).toEqual([1, 2]);
});
