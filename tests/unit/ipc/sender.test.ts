import { expect, it } from 'vitest';
import { isAppPage, type Sender } from '../../../src/main/ipc/sender.ts';

const OWN: Sender = { isOwnWindow: true, isMainFrame: true, url: 'vivarium://app/index.html' };

it('answers the app’s own page, also with a fragment', () => {
  expect(isAppPage(OWN)).toBe(true);
  expect(isAppPage({ ...OWN, url: 'vivarium://app/index.html#settings' })).toBe(true);
});

it.each([
  ['another window', { isOwnWindow: false }],
  ['a frame in the page', { isMainFrame: false }],
  ['no document', { url: '' }],
  ['a document of a guest', { url: 'vivarium-output://0d8e7a3c-4b6f-4d29-9c1e-5a7b2f3d4e60/' }],
  ['another host of the scheme', { url: 'vivarium://other/index.html' }],
  ['a host that only begins alike', { url: 'vivarium://app.example.org/index.html' }],
  ['an address with the page in it', { url: 'https://example.org/?vivarium://app/index.html' }],
  ['another file', { url: 'vivarium://app/index.html.evil' }],
  ['a web page', { url: 'https://example.org/' }],
  ['a file', { url: 'file:///index.html' }],
  ['an empty document', { url: 'about:blank' }],
  ['data', { url: 'data:text/html,vivarium://app/index.html' }],
])('refuses %s', (_what, change) => {
  expect(isAppPage({ ...OWN, ...change })).toBe(false);
});
