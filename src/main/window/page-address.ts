/** Where the window's page lives: a scheme of the app's own, so that it has an origin and no file is one. */
export const PAGE_SCHEME = 'vivarium';
const PAGE_ORIGIN = `${PAGE_SCHEME}://app`;
export const PAGE_URL = `${PAGE_ORIGIN}/index.html`;
/** What the addresses of guests' documents begin with. */
export const OUTPUT_BASE = `${PAGE_ORIGIN}/output/`;

/** The page with whatever fragment; no other document of its origin. */
export const isPage = (url: string): boolean => url === PAGE_URL || url.startsWith(`${PAGE_URL}#`);

export const isOutputDocument = (url: string): boolean => url.startsWith(OUTPUT_BASE);
