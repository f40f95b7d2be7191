import { OUTPUT_SCHEME, PAGE_ORIGIN } from '../app/page-address.ts';

/** What documents of the window may do. Nothing of it allows a script that did not come with the app. */

type Policy = Readonly<Record<string, readonly string[]>>;

const text = (policy: Policy): string =>
  Object.entries(policy)
    .map(([directive, sources]) => [directive, ...sources].join(' '))
    .join('; ');

/** @param nonce for style elements that the editor makes at run time; the page reads it from its own head */
export const pagePolicy = (nonce: string): string =>
  text({
    'default-src': ["'none'"],
    'script-src': ["'self'"],
    'style-src': ["'self'", `'nonce-${nonce}'`],
    'img-src': ["'self'", 'data:', 'blob:'],
    'font-src': ["'self'"],
    'connect-src': ["'none'"],
    'frame-src': [`${OUTPUT_SCHEME}:`],
    'base-uri': ["'none'"],
    'form-action': ["'none'"],
    'frame-ancestors': ["'none'"],
    // Text never becomes HTML or a script by itself; Vue makes its templates' static parts through its own policy.
    'require-trusted-types-for': ["'script'"],
    'trusted-types': ['vue'],
  });

/**
 * For the frame of a chart: a page of the app's with one script of the app's, which draws what a guest described. No
 * code comes from text, nothing is fetched, and `sandbox` takes its origin from it. Libraries set styles of their own.
 *
 * @param script its address, in the frame's own host
 */
export const chartPolicy = (script: string): string =>
  text({
    sandbox: ['allow-scripts'],
    'default-src': ["'none'"],
    'script-src': [script],
    'style-src': ["'unsafe-inline'"],
    'img-src': ['data:', 'blob:'],
    'font-src': ['data:'],
    'connect-src': ["'none'"],
    'base-uri': ["'none'"],
    'form-action': ["'none'"],
    'frame-ancestors': [PAGE_ORIGIN],
  });

/**
 * For HTML that a guest made. Its styles are its own business: it runs no script, loads nothing, sends nothing,
 * and stands in a frame of the page. `sandbox` without exceptions also takes its origin from it.
 */
const OUTPUT: Policy = {
  sandbox: [],
  'default-src': ["'none'"],
  'style-src': ["'unsafe-inline'"],
  'img-src': ['data:'],
  'font-src': ['data:'],
  'base-uri': ["'none'"],
  'form-action': ["'none'"],
  'frame-ancestors': [PAGE_ORIGIN],
};
export const OUTPUT_POLICY = text(OUTPUT);

/** For a sound or a film of a guest's, with nothing around it. */
export const MEDIA_POLICY = text({
  ...OUTPUT,
  'style-src': ["'none'"],
  'img-src': ["'none'"],
  'font-src': ["'none'"],
  'media-src': ['data:'],
});
