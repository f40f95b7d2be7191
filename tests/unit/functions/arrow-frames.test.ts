/** Data frames in calls: what a guest sends as one, and what a handler gives. */
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  frameArguments,
  readFrames,
  withoutFrames,
  writeFrames,
} from '../../../src/main/functions/arrow-frames.ts';
import { FunctionError, FunctionSet } from '../../../src/main/functions/function-set.ts';
import { stubsOf } from '../../../src/main/functions/python-stubs.ts';

/** What a stream begins with. */
const STREAM = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x08, 0, 0, 0, 1, 2, 3);
const frame = (bytes: Uint8Array): object => ({ __arrow__: Buffer.from(bytes).toString('base64') });

const setOf = (declared: object): FunctionSet =>
  new FunctionSet({ 'tables.save': { frames: 'arrow', handler: () => null, ...declared } });

const input = z.object({
  table: z.instanceof(Uint8Array).describe('What to keep.'),
  other: z.instanceof(Uint8Array).optional(),
  name: z.string(),
  open: z.looseObject({}),
});

describe('arguments that may be data frames', () => {
  it('are those of whose values the schema says nothing', () => {
    expect(setOf({ input }).find('tables.save')?.frames).toEqual(['table', 'other']);
    expect(
      frameArguments({
        properties: {
          any: {},
          told: { description: 'x' },
          text: { type: 'string' },
          one: { enum: [1] },
          ref: { $ref: '#' },
        },
      }),
    ).toEqual(['any', 'told']);
    expect(frameArguments({})).toEqual([]);
    expect(setOf({}).find('tables.save')?.frames).toEqual([]);
    expect(setOf({ frames: 'records', input }).find('tables.save')?.frames).toBeNull();
  });

  it('reach the handler as bytes, and nothing else does', () => {
    const given = { table: frame(STREAM), name: frame(STREAM), other: { __arrow__: 'AAAA', more: 1 } };
    const read = readFrames(given, ['table', 'other', 'absent', 'constructor']);
    expect(read).toEqual({ ok: true, value: { ...given, table: STREAM } });
    expect(read.ok && read.value['table']).toBeInstanceOf(Uint8Array);
  });

  it.each(['', 'AAAA', '!!!!', '/////w==', 'x'.repeat(100_000)])(
    'are refused when they are no stream: %.20s',
    (text) => {
      expect(readFrames({ table: { __arrow__: text } }, ['table'])).toEqual({
        ok: false,
        problem: 'table: is no Arrow stream',
      });
    },
  );

  it('are shown by their size to whoever decides on a call', () => {
    expect(withoutFrames({ table: frame(new Uint8Array(3000)), name: 'a' }, ['table'])).toEqual({
      table: { arrow: '3000 bytes' },
      name: 'a',
    });
  });
});

it('results are frames where they are bytes, or have bytes among their values', () => {
  expect(writeFrames(STREAM)).toEqual(frame(STREAM));
  expect(writeFrames(STREAM.buffer)).toEqual(frame(STREAM));
  expect(writeFrames(Buffer.from(STREAM))).toEqual(frame(STREAM));
  expect(writeFrames({ train: STREAM.subarray(0, 9), rows: 3 })).toEqual({
    train: frame(STREAM.slice(0, 9)),
    rows: 3,
  });
  const plain = { a: [1] };
  expect(writeFrames(plain)).toBe(plain);
  for (const value of [null, 'text', 3, [STREAM]]) expect(writeFrames(value)).toBe(value);
});

it('the stubs say which arguments are frames, and what they need', () => {
  expect(stubsOf(setOf({ input, description: 'Keeps a table.' })).text).toContain(`    """Keeps a table.

    Tables cross as Arrow, and come back as data frames; needs the package pyarrow.

    Args:
        table: A data frame of pandas or polars. What to keep.
        other: A data frame of pandas or polars.
    """`);
});

it('the module that Python needs is told of code that imports such a function', () => {
  const set = setOf({ input });
  expect(set.modulesFor('from host.tables import save\nsave(df)')).toEqual(['pyarrow']);
  expect(set.modulesFor('import host\nhost.tables.load()')).toEqual([]);
  expect(set.modulesFor('save(df)')).toEqual([]);
  expect(setOf({ frames: 'records' }).modulesFor('from host.tables import save')).toEqual([]);
});

it('a part of a longer word is not its name', () => {
  const set = setOf({ input });
  expect(set.modulesFor('from host.tables import saved, load_save\nunsave(df)')).toEqual([]);
  expect(set.modulesFor('from hosts.tables import save')).toEqual([]);
  expect(set.modulesFor('import host as h\nh.tables.save(df)')).toEqual(['pyarrow']);
});

it('another form than the two is refused', () => {
  expect(() => setOf({ frames: 'parquet' })).toThrow(
    new FunctionError('functions.tables.save.frames: must be "records" or "arrow"'),
  );
});
