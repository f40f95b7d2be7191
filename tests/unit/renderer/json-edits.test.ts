import { describe, expect, it } from 'vitest';
import { withoutMember } from '../../../src/renderer/console/documents/json-edits.ts';

/** Going through all that follows once for each member takes more than ten times as long. */
const BUDGET_MS = 1000;

describe('an object without a member', () => {
  it.each([
    ['{}', '{}'],
    ['{ "a": 1 }', '{ "a": 1 }'],
    ['{"x": 1}', '{}'],
    ['{ "x": 1, "x": 2 }', '{}'],
    ['{\n  "x": 1,\n  "a": 2\n}', '{\n  "a": 2\n}'],
    ['{\n  "a": 1,\n  "x": {"x": ",}"}\n}', '{\n  "a": 1\n}'],
    ['{"a": 1,  "x": 2, "x": 3, "b" : [4 ], "x": 5 }', '{"a": 1,  "b" : [4 ] }'],
    ['{"x": 1, "a": {"x": 2}, "\\u0078": 3, "a": 4, "x": 5}', '{"a": {"x": 2}, "a": 4}'],
  ])('%s is %s', (text, expected) => {
    expect(withoutMember(text, 'x')).toBe(expected);
  });

  it('takes a step for each of the members that it is without', () => {
    const many = '"collapsed": true, '.repeat(3000);
    const began = performance.now();
    expect(withoutMember(`{${many}"a": 1, ${many}"b": 2}`, 'collapsed')).toBe('{"a": 1, "b": 2}');
    expect(performance.now() - began).toBeLessThan(BUDGET_MS);
  });
});
