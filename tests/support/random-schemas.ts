/** JSON Schemas at random, and values that obey them. */
import type { JsonData } from '../../src/shared/json-data.ts';

type Random = () => number;
type Schema = Record<string, JsonData>;

/** Names and texts that are hard to write down in Python. Not `constructor`: where it is missing, zod finds every object's. */
const KEYS = [
  ...[
    'title',
    'n',
    'user-id',
    'from',
    'class',
    'None',
    'self',
    '1st',
    'é',
    'a b',
    '_x',
    '__y',
    'str',
    'list',
    'Any',
  ],
  ...['others', '', '"', "it's", '\\', 'x'.repeat(60), 'args', 'print', 'match', 'Literal', 'a.b', '💥'],
];
const TEXTS = [
  ...[
    '',
    'plain',
    'two\nlines',
    '"""',
    "'''",
    'ends with "',
    'ends with \\',
    '\\"""\\',
    '\t tab',
    'é 💥 \u2028',
    '\0',
  ],
  ...[
    '{braces} %s',
    '"""\nimport os\nos._exit(1)\n"""',
    '    indented\n  less\n',
    '# comment',
    '\r\nmac',
    '\ud800',
  ],
];

export class RandomSchemas {
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  below(count: number): number {
    return Math.floor(this.#random() * count);
  }

  oneOf<T>(all: readonly T[]): T {
    return all[this.below(all.length)] as T;
  }

  text(): string {
    return this.oneOf(TEXTS);
  }

  /** Of all arguments of a function. */
  input(): Schema {
    return { type: 'object', ...this.#fields(2) };
  }

  /** A schema of any kind. */
  schema(depth: number): Schema {
    const kind = this.below(depth > 0 ? 12 : 8);
    const described = this.below(3) === 0 ? { description: this.text() } : {};
    return { ...this.#kind(kind, depth), ...described };
  }

  #kind(kind: number, depth: number): Schema {
    switch (kind) {
      case 0:
        return { type: 'string', minLength: this.below(3), maxLength: 3 + this.below(20) };
      case 1:
        return { type: 'integer', minimum: 0 - this.below(10), maximum: this.below(100) };
      case 2:
        return { type: 'number', exclusiveMinimum: -1 - this.below(10) };
      case 3:
        return { type: 'boolean' };
      case 4:
        return { type: 'null' };
      case 5:
        return { enum: ['a', 'it\'s "b"', 3, null, true].slice(0, 1 + this.below(5)) };
      case 6:
        return { const: this.oneOf<JsonData>(['only', 7, false, null, 'two\nlines']) };
      case 7:
        return {};
      case 8:
        return {
          type: 'array',
          items: this.schema(depth - 1),
          minItems: this.below(2),
          maxItems: 2 + this.below(3),
        };
      case 9:
        return { type: 'object', ...this.#fields(depth - 1) };
      case 10:
        return { anyOf: [this.schema(depth - 1), this.schema(depth - 1)] };
      default:
        return { type: 'object', additionalProperties: this.schema(depth - 1) };
    }
  }

  #fields(depth: number): Schema {
    const keys = [...new Set(Array.from({ length: this.below(6) }, () => this.oneOf(KEYS)))];
    const properties = Object.fromEntries(keys.map((key) => [key, this.#withDefault(this.schema(depth))]));
    return {
      properties,
      required: keys.filter(() => this.below(2) === 0),
      ...(this.below(2) === 0 ? { additionalProperties: false } : {}),
      ...(this.below(4) === 0 ? { title: this.oneOf(KEYS) } : {}),
    };
  }

  #withDefault(schema: Schema): Schema {
    return this.below(4) === 0 ? { ...schema, default: this.value(schema) } : schema;
  }

  /** A value that obeys the schema. */
  value(schema: JsonData | undefined): JsonData {
    const of = (typeof schema === 'object' && schema !== null ? schema : {}) as Schema;
    if (of['const'] !== undefined) return of['const'];
    if (Array.isArray(of['enum'])) return this.oneOf(of['enum']);
    if (Array.isArray(of['anyOf'])) return this.value(this.oneOf(of['anyOf']));
    switch (of['type']) {
      case 'string':
        return 'x'.repeat(Number(of['minLength']) + this.below(3 - Number(of['minLength']) + 1));
      case 'integer':
        return this.oneOf([Number(of['minimum']), Number(of['maximum']), 0]);
      case 'number':
        return this.oneOf([0, 1.5, 2 ** 40, Number(of['exclusiveMinimum']) + 0.5]);
      case 'boolean':
        return this.below(2) === 0;
      case 'null':
        return null;
      case 'array':
        return Array.from({ length: Number(of['minItems']) + this.below(2) }, () => this.value(of['items']));
      case 'object':
        return this.object(of);
      default:
        return this.oneOf<JsonData>([null, 1, 'x', [1, { a: null }], { any: true }]);
    }
  }

  object({ additionalProperties: others, properties, required }: Schema): Record<string, JsonData> {
    const entries = Object.entries((properties ?? {}) as Schema)
      .filter(([key]) => (required as JsonData[]).includes(key) || this.below(2) === 0)
      .map(([key, of]): [string, JsonData] => [key, this.value(of)]);
    if (typeof others === 'object' && others !== null) entries.push(['more', this.value(others)]);
    return Object.fromEntries(entries);
  }
}
