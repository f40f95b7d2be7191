/** Schemas of servers: whatever they say, what is kept is small, has no references, and is understood. */
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { plainSchema, visibleText } from '../../../src/main/connect/tool-schema.ts';
import { isNestedDeeperThan } from '../../../src/shared/nesting.ts';
import { makeRandom } from '../../support/random.ts';

describe('a schema of a server', () => {
  it('keeps what says something of values', () => {
    const schema = {
      type: 'object',
      title: 'Order',
      description: 'What is ordered.',
      properties: {
        id: { type: 'integer', minimum: 1, default: 1 },
        kind: { enum: ['a', 'b'] },
        tags: { type: 'array', items: { type: 'string', maxLength: 3 } },
        from: { anyOf: [{ type: 'string' }, { type: 'null' }] },
      },
      required: ['id'],
      additionalProperties: false,
    };
    expect(plainSchema(schema)).toEqual(schema);
  });

  it('has references put in place, and circles cut', () => {
    const schema = {
      type: 'object',
      properties: { node: { $ref: '#/$defs/node' }, away: { $ref: 'https://example.org/x' } },
      $defs: {
        node: { type: 'object', properties: { next: { $ref: '#/$defs/node' }, n: { type: 'integer' } } },
      },
    };
    expect(plainSchema(schema)).toEqual({
      type: 'object',
      properties: {
        node: { type: 'object', properties: { next: {}, n: { type: 'integer' } } },
        away: {},
      },
    });
  });

  it.each([
    [
      'required',
      { type: 'object', properties: { a: 1 }, required: Array.from({ length: 1_000_000 }, () => 'a') },
    ],
    [
      'properties that are no schemas',
      {
        type: 'object',
        properties: Object.fromEntries(Array.from({ length: 200_000 }, (_none, n) => [n, n])),
      },
    ],
  ])('is small however often references lead to millions of %s', (_name, large) => {
    const properties = Object.fromEntries(
      Array.from({ length: 299 }, (_none, n) => [`p${n}`, { $ref: '#/$defs/x' }]),
    );
    const read = plainSchema({ type: 'object', properties, $defs: { x: large } });
    expect(JSON.stringify(read).length).toBeLessThan(50_000);
  });

  it('says less, not more, where something is left out', () => {
    expect(
      plainSchema({ type: 'object', patternProperties: { '^(a+)+$': {} }, additionalProperties: false }),
    ).toEqual({ type: 'object' });
    expect(plainSchema({ type: 'string', pattern: '^(a+)+$', format: 'x' })).toEqual({ type: 'string' });
    expect(
      plainSchema({
        oneOf: [
          { type: 'string', pattern: 'a' },
          { type: 'string', pattern: 'b' },
        ],
      }),
    ).toEqual({
      anyOf: [{ type: 'string' }, { type: 'string' }],
    });
    expect(plainSchema({ allOf: [{ required: ['a'] }, { required: ['b'] }], not: {} })).toEqual({});
    expect(plainSchema({ type: ['object', 'string'], properties: {} })).toEqual({});
  });

  it('does not grow without end', () => {
    const defs = Object.fromEntries(
      Array.from({ length: 40 }, (_none, index) => {
        const next = { $ref: `#/$defs/d${index + 1}` };
        return [`d${index}`, { type: 'object', properties: { a: next, b: next, c: next } }] as const;
      }),
    );
    const wide = {
      type: 'object',
      properties: Object.fromEntries(Array.from({ length: 50_000 }, (_none, n) => [`p${n}`, {}])),
    };
    let deep: object = {};
    for (let level = 0; level < 10_000; level += 1) deep = { type: 'array', items: deep };
    for (const schema of [{ $ref: '#/$defs/d0', $defs: defs }, wide, deep]) {
      const kept = plainSchema(schema);
      expect(JSON.stringify(kept).length).toBeLessThan(100_000);
      expect(isNestedDeeperThan(kept, 64)).toBe(false);
    }
    expect(plainSchema(wide)).not.toHaveProperty('additionalProperties');
  });

  it('is read whatever it is made of, and values can be checked by it', () => {
    const { pick, integer } = randomOf(7);
    const keys = [
      ...[
        'type',
        'properties',
        'items',
        'anyOf',
        'oneOf',
        'allOf',
        '$ref',
        'enum',
        'const',
        'default',
        'required',
      ],
      ...[
        'minimum',
        'title',
        'description',
        'additionalProperties',
        'patternProperties',
        'not',
        'a',
        '__proto__',
      ],
    ];
    const value = (depth: number): unknown => {
      const kind = integer(depth > 4 ? 6 : 9);
      if (kind < 3)
        return pick(['object', 'array', 'string', 'integer', '#/properties/a', '#', '', '\u202e']);
      if (kind < 4) return integer(100) - 50;
      if (kind < 5) return pick([null, true, false, Infinity, NaN]);
      if (kind < 7) return Array.from({ length: integer(4) }, () => value(depth + 1));
      return Object.fromEntries(Array.from({ length: integer(6) }, () => [pick(keys), value(depth + 1)]));
    };
    for (let count = 0; count < 2000; count += 1) {
      const kept = plainSchema(value(0));
      expect(JSON.stringify(kept)).not.toContain('$ref"');
      expect(JSON.parse(JSON.stringify(kept))).toEqual(kept);
      try {
        z.fromJSONSchema(kept);
      } catch {
        // The tool is then one that takes anything.
      }
    }
  });
});

/** Seeded, so that a failure comes again. */
const randomOf = (
  seed: number,
): { pick: <T>(from: readonly T[]) => T; integer: (below: number) => number } => {
  const random = makeRandom(seed);
  const integer = (below: number): number => Math.floor(random() * below);
  return {
    integer,
    pick: <T>(from: readonly T[]): T => {
      const picked = from[integer(from.length)];
      if (picked === undefined && from.length === 0) throw new Error('nothing to pick from');
      return picked as T;
    },
  };
};

describe('a text of a server', () => {
  it('has no characters that nobody sees', () => {
    expect(visibleText('a\u202eb\u200bc\u{e0041}d\ufeff\u2028e\nf', 100)).toBe('abcd e\nf');
    expect(visibleText('x'.repeat(100), 10)).toHaveLength(10);
  });
});
