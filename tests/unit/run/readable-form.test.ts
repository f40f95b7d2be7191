/** Which form of an output a terminal and a model are given: the same, but that a terminal has the words of a page, too. */
import { expect, it } from 'vitest';
import { textOfDisplay } from '../../../src/main/cli/output/display-text.ts';
import { isBare, readableForm } from '../../../src/main/run/readable-form.ts';

it.each([
  '<IPython.display.HTML object>',
  '<__main__.make.<locals>.Thing object at 0x1f>',
  // Native Python on Windows.
  '<__main__.Thing object at 0x000001E5B3F4A9D0>',
])('%s says nothing of what is shown', (bare) => {
  const page = { 'text/plain': bare, 'text/html': '<b>words</b>' };
  expect([readableForm(page), textOfDisplay({ mime: page })]).toEqual([null, 'words']);
  const written = { ...page, 'application/json': '{}', 'text/latex': '$x$' };
  expect(readableForm(written)).toEqual({ mime: 'text/latex', text: '$x$' });
  expect(textOfDisplay({ mime: written })).toBe('$x$');
  const alone = { 'text/plain': bare };
  expect([readableForm(alone)?.text, textOfDisplay({ mime: alone })]).toEqual([bare, bare]);
});

it.each([
  '<Thing object with 3 rows>',
  'an object',
  '<Thing object at 0x1f> and more',
  `<${'a'.repeat(201)} object>`,
])('%s are words of its own', (text) => {
  expect(isBare(text)).toBe(false);
});
