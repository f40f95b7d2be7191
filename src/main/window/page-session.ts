import { protocol, session, type Session } from 'electron';
import { isPage, OUTPUT_SCHEME, PAGE_SCHEME } from '../app/page-address.ts';
import type { PageFiles } from './page-files.ts';

/** Apart from the session that packages are fetched with. */
const PARTITION = 'persist:window';

/** Permissions granted to the page: writing to the clipboard on a user gesture. */
const PERMISSIONS: ReadonlySet<string> = new Set(['clipboard-sanitized-write']);

/** What never leaves the computer. */
const LOCAL_SCHEMES: ReadonlySet<string> = new Set([
  `${PAGE_SCHEME}:`,
  `${OUTPUT_SCHEME}:`,
  'data:',
  'blob:',
  'devtools:',
]);

/** Makes the app's own schemes proper origins. To be called before the app is ready. */
export const registerPageSchemes = (): void => {
  protocol.registerSchemesAsPrivileged([
    { scheme: PAGE_SCHEME, privileges: { standard: true, secure: true, codeCache: true } },
    // A standard scheme has hosts, which sites and so processes go by; a secure one may be in a page that is secure.
    { scheme: OUTPUT_SCHEME, privileges: { standard: true, secure: true } },
  ]);
};

/** The session of the window: it knows the app's own files and nothing else, no network, no permissions. */
export const openPageSession = (files: PageFiles): Session => {
  const opened = session.fromPartition(PARTITION);
  for (const scheme of [PAGE_SCHEME, OUTPUT_SCHEME]) {
    opened.protocol.handle(scheme, (request) => files.answer(request));
  }
  opened.webRequest.onBeforeRequest(({ url }, decide) => {
    decide({ cancel: !LOCAL_SCHEMES.has(URL.canParse(url) ? new URL(url).protocol : '') });
  });
  opened.setPermissionRequestHandler((_contents, permission, decide, { requestingUrl }) => {
    decide(PERMISSIONS.has(permission) && isPage(requestingUrl));
  });
  opened.setPermissionCheckHandler((_contents, permission, _origin, { isMainFrame }) => {
    return PERMISSIONS.has(permission) && isMainFrame;
  });
  opened.setDevicePermissionHandler(() => false);
  opened.on('will-download', (event) => event.preventDefault());
  return opened;
};
