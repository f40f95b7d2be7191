/** Arguments of a call as a person sees them before deciding. */
import { describe, expect, it } from 'vitest';
import { shownArguments } from '../../../src/main/foreign-text/shown-arguments.ts';

describe('arguments that are shown', () => {
  it.each([
    [{}, '{}'],
    [{ path: '~/.bashrc', lines: [1, 2] }, '{"path": "~/.bashrc", "lines": [1,2]}'],
    [{ a: 'x\u001b[2K\ny' }, '{"a": "x\\u001b[2K\\ny"}'],
    [{ a: 'x\u202ey\u3164z\u{e0041}' }, '{"a": "x\\u{202e}y\\u{3164}z\\u{e0041}"}'],
  ])('%j', (values, shown) => {
    expect(shownArguments(values, 200)).toBe(shown);
  });

  it('are all named, however long one of them is', () => {
    const values = { description: 'x'.repeat(100_000), path: '~/.bashrc', content: 'y'.repeat(100_000) };
    const shown = shownArguments(values, 400) ?? '';
    expect(shown).toContain('"path": "~/.bashrc"');
    expect(shown).toMatch(/"description": "x+\[… \d+ characters left out …\]x+"/u);
    expect(shown).toMatch(/"content": "y+\[… \d+ characters left out …\]y+"/u);
    expect(shown.length).toBeLessThan(600);
  });

  it('are not shown where some could not be named', () => {
    const many = Object.fromEntries(Array.from({ length: 500 }, (_none, index) => [`p${index}`, 1]));
    expect(shownArguments(many, 2000)).toBeNull();
    expect(shownArguments({ ['k'.repeat(3000)]: 1 }, 2000)).toBeNull();
  });
});
