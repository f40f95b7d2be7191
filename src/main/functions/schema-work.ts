/** Checks large values by a JSON Schema before zod does, which goes on after an error and describes each at length. */
import type { JsonSchema } from './value-schema.ts';

/** Most work for one value. What zod does then takes about 0.1 s. */
const MAX_WORK = 100_000;
/** Of an alternative that does not fit, and of a text with a pattern or format, next to what is only looked at. */
const COSTLY = 8;
/** Of each value that an alternative lists and that does not fit. */
const LISTED = 2;
/** Of each listed value that zod passes by before the one that fits, where they are not all texts. */
const PASSED_BY = 1 / 4;
/** Values at all levels that zod may have in any case; fewer where each is held against more than some alternatives. */
const FEW_VALUES = 1000;
const FEW_COMPARISONS = 16_000;
/** References that are followed one in another, and levels of values. */
const MAX_DEPTH = 200;

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);

/**
 * Tells the first thing that is wrong with a large value of JSON, in words, or that it is too much work to say. Null says little:
 * small values, keywords that take long to check, and those that it does not know are left to zod.
 */
export const largeValueProblem = (schema: JsonSchema): ((value: unknown) => string | null) => {
  const few = Math.min(FEW_VALUES, Math.ceil(FEW_COMPARISONS / Math.max(1, alternativesIn(schema))));
  return (value) => {
    if (!isLarge(value, few)) return null;
    try {
      return new Inspection(schema).problem(schema, value, '', 0);
    } catch (error) {
      if (error instanceof TooMuchWork) {
        return 'it has too many values to be checked against the alternatives of its schema; pass fewer at once';
      }
      throw error;
    }
  };
};

/** All alternatives and listed values of a schema, at all levels. */
const alternativesIn = (schema: JsonSchema): number => {
  let count = 0;
  const pending: unknown[] = [schema];
  while (pending.length > 0) {
    const next = pending.pop();
    if (typeof next !== 'object' || next === null) continue;
    for (const [key, inner] of Object.entries(next)) {
      if (Array.isArray(inner) && ['enum', 'anyOf', 'oneOf'].includes(key)) count += inner.length;
      pending.push(inner);
    }
  }
  return count;
};

const isLarge = (value: unknown, few: number): boolean => {
  const pending: unknown[] = [value];
  for (let left = few; pending.length > 0; left -= 1) {
    if (left === 0 || pending.length > few) return true;
    const next = pending.pop();
    if (Array.isArray(next) && next.length > few) return true;
    const inner: unknown[] = isFields(next) || Array.isArray(next) ? Object.values(next) : [];
    pending.push(...inner.slice(0, few + 1));
  }
  return false;
};

class TooMuchWork extends Error {
  override readonly name = 'TooMuchWork';
}

/** What an `enum` lists. */
interface Listed {
  /** Scalars, and their places in the list. */
  readonly places: ReadonlyMap<unknown, number>;
  /** Whether it lists only texts, among which zod finds one at once. Others are alternatives to it. */
  readonly isOfTexts: boolean;
  readonly hasOthers: boolean;
}

class Inspection {
  readonly #root: JsonSchema;
  readonly #listed = new Map<readonly unknown[], Listed>();
  #left = MAX_WORK;

  constructor(root: JsonSchema) {
    this.#root = root;
  }

  problem(schema: unknown, value: unknown, place: string, depth: number): string | null {
    this.#spend(1);
    if (!isFields(schema) || depth > MAX_DEPTH) return null;
    const { $ref: reference } = schema;
    if (typeof reference === 'string') return this.problem(this.#find(reference), value, place, depth + 1);
    return (
      scalarProblem(schema, value, place) ??
      this.#listedProblem(schema, value, place) ??
      this.#alternatives(schema, value, place, depth) ??
      (Array.isArray(value) ? this.#items(schema, value, place, depth) : null) ??
      (isFields(value) ? this.#properties(schema, value, place, depth) : null) ??
      this.#leave(schema, value)
    );
  }

  #listedProblem({ enum: values }: Fields, value: unknown, place: string): string | null {
    if (!Array.isArray(values)) return null;
    const { hasOthers, isOfTexts, places } = this.#listedIn(values);
    const found = places.get(value);
    // Lists and objects are not compared here.
    if (found === undefined && (!hasOthers || isScalar(value))) return at(place, NOT_LISTED);
    if (!isOfTexts) this.#spend(found === undefined ? values.length * LISTED : found * PASSED_BY);
    return null;
  }

  #listedIn(values: readonly unknown[]): Listed {
    const known = this.#listed.get(values);
    if (known !== undefined) return known;
    this.#spend(values.length);
    const listed = {
      places: new Map(values.map((one, index) => [one, index] as const).filter(([one]) => isScalar(one))),
      isOfTexts: values.every((one) => typeof one === 'string'),
      hasOthers: !values.every(isScalar),
    };
    this.#listed.set(values, listed);
    return listed;
  }

  /** As zod tries them: in order, up to the first that fits. */
  #alternatives({ anyOf, oneOf }: Fields, value: unknown, place: string, depth: number): string | null {
    const alternatives: unknown = anyOf ?? oneOf;
    if (!Array.isArray(alternatives) || alternatives.length === 0) return null;
    for (const alternative of alternatives as unknown[]) {
      if (this.problem(alternative, value, place, depth + 1) === null) return null;
      const listed = isFields(alternative) ? alternative['enum'] : undefined;
      this.#spend(COSTLY + (Array.isArray(listed) ? listed.length * LISTED : 0));
    }
    return at(place, 'is none of its alternatives');
  }

  #items({ items }: Fields, list: readonly unknown[], place: string, depth: number): string | null {
    if (!isFields(items)) return null;
    for (const [index, item] of list.entries()) {
      const problem = this.problem(items, item, `${place}.${index}`, depth + 1);
      if (problem !== null) return problem;
    }
    return null;
  }

  #properties(schema: Fields, value: Fields, place: string, depth: number): string | null {
    const { additionalProperties: others, properties, required } = schema;
    const known = isFields(properties) ? properties : {};
    if (Array.isArray(required)) {
      this.#spend(required.length);
      const missing: unknown = required.find((key) => typeof key === 'string' && !Object.hasOwn(value, key));
      if (typeof missing === 'string') return at(`${place}.${missing}`, 'is missing');
    }
    for (const [key, inner] of Object.entries(value)) {
      if (inner === undefined) continue;
      const isKnown = Object.hasOwn(known, key);
      if (!isKnown && others === false && schema['patternProperties'] === undefined) {
        return at(`${place}.${key}`, 'is not known');
      }
      const problem = this.problem(isKnown ? known[key] : others, inner, `${place}.${key}`, depth + 1);
      if (problem !== null) return problem;
    }
    return null;
  }

  #leave({ format, pattern }: Fields, value: unknown): null {
    if (typeof value === 'string' && (pattern !== undefined || format !== undefined)) this.#spend(COSTLY);
    return null;
  }

  #find(reference: string): unknown {
    if (!reference.startsWith('#')) return undefined;
    let found: unknown = this.#root;
    for (const escaped of reference.slice(1).split('/').slice(1)) {
      const key = escaped.replaceAll('~1', '/').replaceAll('~0', '~');
      found = isFields(found) && Object.hasOwn(found, key) ? found[key] : undefined;
    }
    return found;
  }

  #spend(work: number): void {
    this.#left -= work;
    if (this.#left < 0) throw new TooMuchWork();
  }
}

const NOT_LISTED = 'is none of the values that it can have';

/** Of type, the only value and bounds. */
const scalarProblem = (schema: Fields, value: unknown, place: string): string | null => {
  const { const: only, maxLength, maximum, minLength, minimum, type } = schema;
  const types: unknown[] = Array.isArray(type) ? type : [type];
  if (type !== undefined && !types.some((one) => isOfType(one, value))) {
    return at(place, `must be ${types.map(String).join(' or ')}`);
  }
  if (isScalar(only) && only !== value) return at(place, NOT_LISTED);
  if (typeof value === 'number') {
    const isLow = typeof minimum === 'number' && value < minimum;
    const isHigh = typeof maximum === 'number' && value > maximum;
    if (isLow || isHigh) return at(place, 'is out of its bounds');
  }
  if (typeof value === 'string' || Array.isArray(value)) {
    const { maxItems, minItems } = schema;
    const [least, most] = typeof value === 'string' ? [minLength, maxLength] : [minItems, maxItems];
    if (typeof least === 'number' && value.length < least) return at(place, 'is too short');
    if (typeof most === 'number' && value.length > most) return at(place, 'is too long');
  }
  return null;
};

const isScalar = (value: unknown): boolean =>
  value === null || ['string', 'number', 'boolean'].includes(typeof value);

const isOfType = (type: unknown, value: unknown): boolean => {
  switch (type) {
    case 'string':
    case 'boolean':
    case 'number':
      return typeof value === type;
    case 'integer':
      return Number.isInteger(value);
    case 'null':
      return value === null;
    case 'array':
      return Array.isArray(value);
    case 'object':
      return isFields(value);
    default:
      return true;
  }
};

/** Longest place that is told, in UTF-16 units. */
const MAX_PLACE = 200;

const at = (place: string, problem: string): string =>
  place === '' ? problem : `${place.slice(1, MAX_PLACE)}: ${problem}`;
