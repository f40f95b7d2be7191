import type { IndexOrigin } from '../../../shared/packages/package-index.ts';

/** A package index and the credentials for it. */
export interface IndexAddress {
  /** Without user name and password; ends with a slash. */
  readonly url: string;
  /** Value of the header `authorization`. For the host of `url` only, and never displayed. */
  readonly authorization: string | null;
  readonly origin: IndexOrigin;
  /** The file or variable that names it; null when `origin` is enough. */
  readonly place: string | null;
}

/** Parses an address; null when it is not that of an index on the web. Never quotes it, since it may contain a password. */
export const parseIndexAddress = (
  text: string,
  origin: IndexOrigin,
  place: string | null,
): IndexAddress | null => {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/u.test(url.protocol)) return null;
  const authorization = authorizationOf(url);
  url.username = '';
  url.password = '';
  url.hash = '';
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  return { url: url.href, authorization, origin, place };
};

/** For messages and for the window: a query may hold a secret as well. */
export const shownIndex = ({ url }: IndexAddress): string => {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
};

const authorizationOf = ({ username, password }: URL): string | null => {
  if (username === '' && password === '') return null;
  const pair = `${decoded(username)}:${decoded(password)}`;
  return `Basic ${Buffer.from(pair, 'utf8').toString('base64')}`;
};

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};
