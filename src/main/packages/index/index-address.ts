import type { IndexOrigin } from '../../../shared/packages/package-index.ts';

/** A package index, with what it wants to know of who asks. */
export interface IndexAddress {
  /** Without user name and password; ends with a slash. */
  readonly url: string;
  /** Value of the header `authorization`. For the host of `url` only, and never to be shown. */
  readonly authorization: string | null;
  readonly origin: IndexOrigin;
  /** The file or the variable that names it; null when `origin` says it all. */
  readonly place: string | null;
}

/** Reads an address; null when it is none of an index on the web. What is wrong with it may be a password. */
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
