import { Parser } from 'htmlparser2';
import { z } from 'zod';
import { JsonReader } from '../../foreign-text/json-reader.ts';
import { inPieces } from '../../foreign-text/yielder.ts';

/** For the header `accept`: the JSON form of a project's page (PEP 691), else the older HTML form (PEP 503). */
export const INDEX_PAGE_TYPES =
  'application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1';

/** The pages of packages with very many releases have some ten MB. */
export const MAX_PAGE_BYTES = 64 * 1024 * 1024;
/** The largest projects of the public index have some 10,000. */
const MAX_FILES = 50_000;
/** Of what a JSON page has beside its files: versions, mostly. */
const MAX_OTHER_VALUES = 100_000;
const MAX_DEPTH = 16;
/** No page of packages nests elements like this. */
const MAX_HTML_DEPTH = 256;
const MAX_ATTRIBUTES = 64;
const MAX_URL_LENGTH = 2048;
const MAX_NAME_LENGTH = 512;

/** A file as a project's page lists it. */
export interface ListedFile {
  readonly fileName: string;
  /** As it is written there: may be relative to the page. */
  readonly url: string;
  readonly sha256: string | undefined;
  /** Versions of Python that it is for; '' for all. */
  readonly python: string;
  /** Yanked (PEP 592). */
  readonly yanked: boolean;
}

/** What a page says beside its files. */
export interface IndexPage {
  /** null when the page does not say it. */
  readonly name: string | null;
  /** What relative addresses start from; null for the page itself. */
  readonly base: string | null;
}

/** What is used of a file in the JSON form. */
const JsonFile = z.object({
  filename: z.string().max(MAX_NAME_LENGTH),
  url: z.string().max(MAX_URL_LENGTH),
  hashes: z.object({ sha256: z.string().optional() }),
  'requires-python': z.string().max(256).nullish(),
  yanked: z.union([z.boolean(), z.string()]).optional(),
});

/** Its files are taken one by one. */
const JsonPage = z.object({ name: z.string().max(256), files: z.tuple([]) });

/**
 * Reads a page a piece at a time.
 *
 * @param onFile told of each of its files, in order
 * @throws Error when it is no such page; what `onFile` throws
 */
export const readIndexPage = (bytes: Uint8Array, onFile: (file: ListedFile) => void): Promise<IndexPage> => {
  let left = MAX_FILES;
  const take = (file: ListedFile): void => {
    if (--left < 0) throw new Error('it lists too many files');
    onFile(file);
  };
  return isMarkup(bytes) ? readHtml(bytes, take) : readJson(bytes, take);
};

const isMarkup = (bytes: Uint8Array): boolean =>
  new TextDecoder().decode(bytes.subarray(0, 1024)).trimStart().startsWith('<');

const readJson = async (bytes: Uint8Array, onFile: (file: ListedFile) => void): Promise<IndexPage> => {
  const reader = new JsonReader({
    maxBytes: MAX_PAGE_BYTES,
    maxDepth: MAX_DEPTH,
    maxValues: MAX_OTHER_VALUES,
    items: { key: 'files', onItem: (item) => onFile(listedFile(JsonFile.parse(item))) },
  });
  await inPieces(bytes, (piece) => reader.push(piece));
  return { name: JsonPage.parse(reader.end()).name, base: null };
};

const listedFile = (file: z.infer<typeof JsonFile>): ListedFile => ({
  fileName: file.filename,
  url: file.url,
  sha256: file.hashes.sha256,
  python: file['requires-python'] ?? '',
  yanked: file.yanked === true || (typeof file.yanked === 'string' && file.yanked !== ''),
});

/** Each link is a file; its hash stands after the `#`. */
const readHtml = async (bytes: Uint8Array, onFile: (file: ListedFile) => void): Promise<IndexPage> => {
  let base: string | null = null;
  let link: Readonly<Record<string, string>> | null = null;
  let words = '';
  let depth = 0;
  let attributesLeft = MAX_ATTRIBUTES;
  const parser = new Parser({
    onopentagname: () => {
      attributesLeft = MAX_ATTRIBUTES;
      if (++depth > MAX_HTML_DEPTH) throw new Error('it is nested too deeply');
    },
    onattribute: () => {
      if (--attributesLeft < 0) throw new Error('an element of it has too many attributes');
    },
    onopentag: (tag, attributes) => {
      if (tag === 'base') base ??= attributes['href'] ?? null;
      if (tag !== 'a') return;
      link = attributes;
      words = '';
    },
    ontext: (part) => {
      if (words.length + part.length <= MAX_NAME_LENGTH) words += part;
    },
    onclosetag: (tag) => {
      depth -= 1;
      const url = link?.['href'];
      if (tag !== 'a' || link === null || url === undefined || url.length > MAX_URL_LENGTH) return;
      onFile({
        fileName: words.trim(),
        url,
        sha256: hashIn(url),
        python: (link['data-requires-python'] ?? '').slice(0, MAX_NAME_LENGTH),
        // There without a value, too.
        yanked: link['data-yanked'] !== undefined,
      });
      link = null;
    },
  });
  const decoder = new TextDecoder();
  await inPieces(bytes, (piece) => parser.write(decoder.decode(piece, { stream: true })));
  parser.end(decoder.decode());
  return { name: null, base };
};

const HASH_KEY = 'sha256=';

/** What `sha256` is in the part after the `#`, as in a query. */
const hashIn = (url: string): string | undefined => {
  const start = url.indexOf('#');
  if (start === -1) return undefined;
  const parts = url.slice(start + 1).split('&');
  return parts.find((part) => part.startsWith(HASH_KEY))?.slice(HASH_KEY.length);
};
