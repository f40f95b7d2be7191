import { Parser } from 'htmlparser2';
import { z } from 'zod';

/** For the header `accept`: the JSON form of a project's page (PEP 691), else the older HTML form (PEP 503). */
export const INDEX_PAGE_TYPES =
  'application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1';

const MAX_FILES = 200_000;

/** A file as a project's page lists it. */
export interface ListedFile {
  readonly fileName: string;
  /** As it is written there: may be relative to the page. */
  readonly url: string;
  readonly sha256: string | undefined;
  /** Versions of Python that it is for; '' for all. */
  readonly python: string;
  /** Taken back by its makers. */
  readonly yanked: boolean;
}

export interface IndexPage {
  /** null when the page does not say it. */
  readonly name: string | null;
  /** What relative addresses start from; null for the page itself. */
  readonly base: string | null;
  readonly files: readonly ListedFile[];
}

/** What is used of the JSON form. */
const JsonPage = z.object({
  name: z.string().max(256),
  files: z
    .array(
      z.object({
        filename: z.string().max(512),
        url: z.string().max(2048),
        hashes: z.object({ sha256: z.string().optional() }),
        'requires-python': z.string().max(256).nullish(),
        yanked: z.union([z.boolean(), z.string()]).optional(),
      }),
    )
    .max(MAX_FILES),
});

/** @throws Error when it is no such page */
export const parseIndexPage = (bytes: Uint8Array): IndexPage => {
  const text = new TextDecoder().decode(bytes).trimStart();
  return text.startsWith('<') ? htmlPage(text) : jsonPage(text);
};

const jsonPage = (text: string): IndexPage => {
  const { files, name } = JsonPage.parse(JSON.parse(text));
  return {
    name,
    base: null,
    files: files.map((file) => ({
      fileName: file.filename,
      url: file.url,
      sha256: file.hashes.sha256,
      python: file['requires-python'] ?? '',
      yanked: file.yanked === true || (typeof file.yanked === 'string' && file.yanked !== ''),
    })),
  };
};

/** Each link is a file; its hash stands after the `#`. */
const htmlPage = (text: string): IndexPage => {
  const files: ListedFile[] = [];
  let base: string | null = null;
  let link: Readonly<Record<string, string>> | null = null;
  let words = '';
  const parser = new Parser({
    onopentag: (tag, attributes) => {
      if (tag === 'base') base ??= attributes['href'] ?? null;
      if (tag !== 'a') return;
      link = attributes;
      words = '';
    },
    ontext: (part) => {
      if (words.length + part.length <= 512) words += part;
    },
    onclosetag: (tag) => {
      const url = link?.['href'];
      if (tag !== 'a' || link === null || url === undefined || url.length > 2048) return;
      if (files.length >= MAX_FILES) throw new Error('it lists too many files');
      files.push({
        fileName: words.trim(),
        url,
        sha256: /#(?:.*&)?sha256=([0-9a-f]{64})(?:&|$)/u.exec(url)?.[1],
        python: link['data-requires-python'] ?? '',
        // There without a value, too.
        yanked: link['data-yanked'] !== undefined,
      });
      link = null;
    },
  });
  parser.end(text);
  return { name: null, base, files };
};
