/** What values of a JSON Schema are in Python: `list[str]`, `Literal["a"]`, a TypedDict. */
import type { JsonData } from '../../shared/json-data.ts';
import { docstring, isIdentifier, shortLiteral, stringLiteral } from './python-words.ts';
import type { JsonSchema } from './value-schema.ts';

/** How far references are followed. */
const MAX_DEPTH = 32;
/** Values of an enum that are told apart; of more only their types are. */
const MAX_LITERALS = 64;

/** What types are made of, and the modules that have it. */
const BUILT_IN = ['bool', 'dict', 'float', 'int', 'list', 'str'] as const;
const OF_TYPING = ['Any', 'Literal', 'NotRequired', 'TypedDict'] as const;
type Word = (typeof BUILT_IN)[number] | (typeof OF_TYPING)[number];
const WORDS: ReadonlySet<string> = new Set([...BUILT_IN, ...OF_TYPING]);

/** Imports for a file in which those names mean something else. */
export const typeImports = (taken: ReadonlySet<string>): string[] => {
  const names = (words: readonly string[]): string[] =>
    words.filter((word) => taken.has(word)).map((word) => `${word} as _${word}`);
  const ofTyping = [...OF_TYPING.filter((word) => !taken.has(word)), ...names(OF_TYPING)];
  const builtIn = names(BUILT_IN);
  return [
    `from typing import ${ofTyping.join(', ')}`,
    ...(builtIn.length === 0 ? [] : [`from builtins import ${builtIn.join(', ')}`]),
  ];
};

export const isSchema = (value: JsonData | undefined): value is Record<string, JsonData> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const listOf = (value: JsonData | undefined): JsonData[] => (Array.isArray(value) ? value : []);

/** The schema that a reference within `root` leads to; undefined when it leads nowhere. */
export const resolve = (reference: string, root: JsonSchema): JsonData | undefined => {
  if (!reference.startsWith('#')) return undefined;
  const keys = reference.slice(1).split('/').slice(1);
  let found: JsonData | undefined = root;
  for (const escaped of keys) {
    const key = escaped.replaceAll('~1', '/').replaceAll('~0', '~');
    found = isSchema(found) && Object.hasOwn(found, key) ? found[key] : undefined;
  }
  return found;
};

const className = (words: string): string => {
  const name = words
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
    .join('');
  return isIdentifier(name) ? name : `Value${name}`;
};

interface Place {
  readonly root: JsonSchema;
  /** For the name of a class. */
  readonly words: string;
  readonly depth: number;
}

/** Names the types of schemas, and keeps the classes that they need. */
export class PythonTypes {
  readonly #taken: ReadonlySet<string>;
  readonly #classes = new Map<string, string>();
  /** Classes by their schema: one that refers to itself is made once. */
  readonly #named = new Map<object, string>();

  /** @param taken names that mean something else where the types are used */
  constructor(taken: ReadonlySet<string> = new Set()) {
    this.#taken = taken;
  }

  /** What anything is. */
  get any(): string {
    return this.#word('Any');
  }

  /** Sources of the classes so far. */
  get classes(): readonly string[] {
    return [...this.#classes.values()];
  }

  /** @param words a class for it is named after them. @param root what references are looked up in */
  typeOf(schema: JsonData | undefined, words: string, root: JsonSchema): string {
    return this.#typeOf(schema, { root, words, depth: 0 });
  }

  #word(word: Word): string {
    return this.#taken.has(word) ? `_${word}` : word;
  }

  #typeOf(schema: JsonData | undefined, place: Place): string {
    if (!isSchema(schema) || place.depth > MAX_DEPTH) return this.any;
    const inner: Place = { ...place, depth: place.depth + 1 };
    if (typeof schema['$ref'] === 'string') {
      const words = schema['$ref'].split('/').at(-1) ?? '';
      return this.#typeOf(resolve(schema['$ref'], place.root), { ...inner, words: words || place.words });
    }
    if (schema['const'] !== undefined) return this.#literal([schema['const']]);
    if (Array.isArray(schema['enum'])) return this.#literal(schema['enum']);
    for (const some of [schema['anyOf'], schema['oneOf']]) {
      if (Array.isArray(some)) return this.#union(some.map((one) => this.#typeOf(one, inner)));
    }
    const [only, ...more] = listOf(schema['allOf']);
    if (only !== undefined && schema['type'] === undefined) {
      return more.length === 0 ? this.#typeOf(only, inner) : this.any;
    }
    const types = Array.isArray(schema['type']) ? schema['type'] : [schema['type']];
    return this.#union(types.map((type) => this.#typeNamed(type, schema, inner)));
  }

  #typeNamed(type: JsonData | undefined, schema: Record<string, JsonData>, place: Place): string {
    switch (type) {
      case 'string':
        return this.#word('str');
      case 'integer':
        return this.#word('int');
      case 'number':
        return this.#word('float');
      case 'boolean':
        return this.#word('bool');
      case 'null':
        return 'None';
      case 'array':
        return this.#list(schema, place);
      case 'object':
        return this.#object(schema, place);
      default:
        return this.any;
    }
  }

  #union(types: readonly string[]): string {
    const different = [...new Set(types)];
    return different.length === 0 || different.includes(this.any) ? this.any : different.join(' | ');
  }

  #literal(values: readonly JsonData[]): string {
    const isExact = (value: JsonData): boolean =>
      value === null ||
      (typeof value !== 'object' && (typeof value !== 'number' || Number.isSafeInteger(value)));
    if (values.length === 0 || values.length > MAX_LITERALS || !values.every(isExact)) {
      return this.#union(values.map((value) => this.#typeOfValue(value)));
    }
    return `${this.#word('Literal')}[${values.map((value) => shortLiteral(value) ?? '').join(', ')}]`;
  }

  #typeOfValue(value: JsonData): string {
    if (value === null) return 'None';
    if (typeof value === 'string') return this.#word('str');
    if (typeof value === 'boolean') return this.#word('bool');
    if (typeof value === 'number') return this.#word(Number.isSafeInteger(value) ? 'int' : 'float');
    return Array.isArray(value)
      ? `${this.#word('list')}[${this.any}]`
      : `${this.#word('dict')}[${this.#word('str')}, ${this.any}]`;
  }

  #list({ items, prefixItems }: Record<string, JsonData>, place: Place): string {
    const item = { ...place, words: `${place.words} item` };
    const first = listOf(prefixItems).map((one) => this.#typeOf(one, item));
    const others = isSchema(items) ? [this.#typeOf(items, item)] : [];
    return `${this.#word('list')}[${this.#union([...first, ...others])}]`;
  }

  #object(schema: Record<string, JsonData>, place: Place): string {
    const { additionalProperties: others, properties } = schema;
    // A class has no field without a name.
    if (!isSchema(properties) || Object.keys(properties).length === 0 || Object.hasOwn(properties, '')) {
      const type = isSchema(others) ? this.#typeOf(others, place) : this.any;
      return `${this.#word('dict')}[${this.#word('str')}, ${type}]`;
    }
    const known = this.#named.get(schema);
    if (known !== undefined) return known;
    const name = this.#free(className(typeof schema['title'] === 'string' ? schema['title'] : place.words));
    this.#named.set(schema, name);
    // Its place is taken before those of what is in it.
    this.#classes.set(name, '');
    const required = new Set(listOf(schema['required']));
    const fields = Object.entries(properties).map(([key, field]): readonly [string, string] => {
      const type = this.#typeOf(field, { ...place, words: `${name} ${key}` });
      return [key, required.has(key) ? type : `${this.#word('NotRequired')}[${type}]`];
    });
    this.#classes.set(name, this.#typedDict(name, fields, schema['description']));
    return name;
  }

  #typedDict(
    name: string,
    fields: readonly (readonly [string, string])[],
    description: JsonData | undefined,
  ): string {
    const base = this.#word('TypedDict');
    if (!fields.every(([key]) => isFieldName(key))) {
      const entries = fields.map(([key, type]) => `${stringLiteral(key)}: ${stringLiteral(type)}`);
      return `${name} = ${base}(${stringLiteral(name)}, {${entries.join(', ')}})`;
    }
    const text = typeof description === 'string' ? [`    ${docstring(description, '    ')}`] : [];
    return [`class ${name}(${base}):`, ...text, ...fields.map(([key, type]) => `    ${key}: ${type}`)].join(
      '\n',
    );
  }

  #free(name: string): string {
    for (let number = 1; ; number++) {
      const free = number === 1 ? name : `${name}${String(number)}`;
      if (!this.#classes.has(free) && !this.#taken.has(free) && !WORDS.has(free)) return free;
    }
  }
}

/** Whether a class can have it: it neither hides what types are made of, nor is changed by Python. */
const isFieldName = (key: string): boolean => isIdentifier(key) && !key.startsWith('__') && !WORDS.has(key);
