import type { JsonData } from '../../shared/json-data.ts';

/** Of a server's schema, what is kept: parts of any kind at all levels. */
const MAX_PARTS = 600;
const MAX_DEPTH = 12;
const MAX_VALUES_OF_ENUM = 64;
const MAX_TEXT = 500;
/** Of a property's name, in UTF-16 units: types in Python are named after it. */
const MAX_KEY = 128;

const TYPES: ReadonlySet<unknown> = new Set([
  ...['string', 'number', 'integer', 'boolean', 'array', 'object', 'null'],
]);
/** Bounds that are numbers. */
const BOUNDS = [
  ...['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum'],
  ...['minLength', 'maxLength', 'minItems', 'maxItems'],
] as const;

type Schema = Record<string, JsonData>;

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A text of a server's, without characters that nobody sees. */
export const visibleText = (text: string, length: number): string =>
  text
    .slice(0, length)
    .replaceAll(/[\p{Cf}\p{Cs}\p{Co}\p{Cn}\u2800]|(?!\uFE0F)\p{Default_Ignorable_Code_Point}/gu, '')
    .replaceAll(/[\p{Zl}\p{Zp}]/gu, ' ')
    .trim();

/**
 * What can be said of values in time that depends on the schema's own length only. References are put in place, so
 * that none leads round in circles or makes a schema of a few lines grow without end; patterns are left out, which may
 * take any time; what is too much, or not understood, is anything. The server checks what it gets by itself.
 */
export const plainSchema = (given: unknown): Schema => new Reader(given).read(given, 0, []);

class Reader {
  readonly #root: unknown;
  #left = MAX_PARTS;

  constructor(root: unknown) {
    this.#root = root;
  }

  /** @param through references on the way here */
  read(given: unknown, depth: number, through: readonly string[]): Schema {
    if (this.#left <= 0) return {};
    // What is no schema counts, too: there may be millions, which several references lead to.
    this.#left -= 1;
    if (!isObject(given) || depth > MAX_DEPTH) return {};
    const { $ref: reference } = given;
    if (typeof reference === 'string') {
      const isCircle = through.includes(reference);
      return isCircle ? {} : this.read(this.#find(reference), depth + 1, [...through, reference]);
    }
    const inner = (value: unknown): Schema => this.read(value, depth + 1, through);
    const list = (value: unknown): Schema[] =>
      Array.isArray(value) && value.length <= MAX_VALUES_OF_ENUM ? value.map(inner) : [];
    const { allOf, anyOf, description, oneOf, title } = given;
    const texts: Schema = {
      ...(typeof title === 'string' ? { title: visibleText(title, 64) } : {}),
      ...(typeof description === 'string' ? { description: visibleText(description, MAX_TEXT) } : {}),
    };
    const alternatives = list(anyOf ?? oneOf);
    // Of several schemas at once, all may say something of one value: more than can be said here.
    if (alternatives.length > 0) return { ...texts, anyOf: alternatives };
    if (Array.isArray(allOf)) return allOf.length === 1 ? { ...inner(allOf[0]), ...texts } : texts;
    return { ...texts, ...valuesOf(given), ...this.#byType(given, inner) };
  }

  #byType(given: Readonly<Record<string, unknown>>, inner: (value: unknown) => Schema): Schema {
    const { additionalProperties: others, items, patternProperties, properties, required } = given;
    const type = typeOf(given['type']);
    const bounds = BOUNDS.flatMap((name): [string, JsonData][] => {
      const bound = given[name];
      return typeof bound === 'number' && Number.isFinite(bound) ? [[name, bound]] : [];
    });
    const schema: Schema = { ...(type === undefined ? {} : { type }), ...Object.fromEntries(bounds) };
    if (type === 'array' && isObject(items)) schema['items'] = inner(items);
    if (type !== 'object') return schema;
    if (isObject(properties)) {
      const known = Object.entries(properties)
        .filter(([key]) => key.length <= MAX_KEY)
        .slice(0, Math.max(0, this.#left));
      schema['properties'] = Object.fromEntries(known.map(([key, of]) => [key, inner(of)]));
      const names = new Set(known.map(([key]) => key));
      if (Array.isArray(required)) {
        const listed = new Set<unknown>(required.slice(0, MAX_PARTS));
        schema['required'] = [...names].filter((key) => listed.has(key));
      }
      // Names that are left out may be given all the same.
      if (known.length < Object.keys(properties).length) return schema;
    }
    if (patternProperties === undefined && others !== undefined) {
      schema['additionalProperties'] = isObject(others) ? inner(others) : others === true;
    }
    return schema;
  }

  #find(reference: string): unknown {
    if (!reference.startsWith('#')) return undefined;
    let found: unknown = this.#root;
    for (const escaped of reference.slice(1).split('/').slice(1, MAX_DEPTH)) {
      const key = escaped.replaceAll('~1', '/').replaceAll('~0', '~');
      found = isObject(found) && Object.hasOwn(found, key) ? found[key] : undefined;
    }
    return found;
  }
}

const typeOf = (type: unknown): JsonData | undefined => {
  if (TYPES.has(type)) return type as string;
  if (!Array.isArray(type)) return undefined;
  const types = [...new Set<unknown>(type)].filter((one) => TYPES.has(one)) as string[];
  return types.length === 0 || types.includes('object') || types.includes('array') ? undefined : types;
};

/** Values that are told of one by one. */
const valuesOf = ({
  const: only,
  default: initial,
  enum: values,
}: Readonly<Record<string, unknown>>): Schema => ({
  ...(isScalar(only) ? { const: only } : {}),
  ...(Array.isArray(values) && values.length <= MAX_VALUES_OF_ENUM && values.every(isScalar)
    ? { enum: values }
    : {}),
  ...(isScalar(initial) ? { default: initial } : {}),
});

const isScalar = (value: unknown): value is string | number | boolean | null =>
  value === null ||
  typeof value === 'boolean' ||
  (typeof value === 'number' && Number.isFinite(value)) ||
  (typeof value === 'string' && value.length <= MAX_TEXT);
