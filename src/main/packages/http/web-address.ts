import { PackageError } from '../package-error.ts';

/**
 * @param what as it is called in messages: "the mirror"
 * @throws PackageError `bad-settings` when it is not an http(s) address, or holds a user name or a password
 */
export function requireWebAddress(text: string, what: string): void {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url !== null && (url.username !== '' || url.password !== '')) {
    throw new PackageError(
      'bad-settings',
      `${what} has a user name or password in its address, which is not supported; take it out`,
    );
  }
  if (url === null || !/^https?:$/u.test(url.protocol)) {
    throw new PackageError(
      'bad-settings',
      `${what} "${text.slice(0, 200)}" is neither an absolute folder nor an http(s) address; correct the setting`,
    );
  }
}
