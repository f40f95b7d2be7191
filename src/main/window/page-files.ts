import { randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { chartPolicy, MEDIA_POLICY, OUTPUT_POLICY, pagePolicy } from './content-security.ts';
import { CHART_STYLE } from '../../shared/chart-page.ts';
import { sanitizeHtml, isPlayer } from './guest-html.ts';
import { chartAt, isOutputDocument, PAGE_URL, withoutQuery, type ChartAddress } from '../app/page-address.ts';

const MIME: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
};

const COMMON_HEADERS = {
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'X-DNS-Prefetch-Control': 'off',
  'Cache-Control': 'no-store',
} as const;

const CHART_PAGE = (script: string): string =>
  `<!doctype html><html><head><meta charset="utf-8" /><title></title><style>${CHART_STYLE}</style></head><body><script src="${script}"></script></body></html>`;

/** The tag in the page's head that carries the nonce. */
const NONCE_META = (nonce: string): string => `<head><meta name="csp-nonce" content="${nonce}" />`;

/**
 * Answers the requests of the window: the files that the build put there, known by name beforehand, and guests'
 * documents. A name that is not among them means nothing, whatever it looks like.
 */
export class PageFiles {
  readonly #files: ReadonlyMap<string, { readonly file: string; readonly mime: string }>;
  readonly #documents: { get(url: string): string | undefined };
  readonly #frames: string;

  private constructor(
    files: ReadonlyMap<string, { readonly file: string; readonly mime: string }>,
    documents: { get(url: string): string | undefined },
    frames: string,
  ) {
    this.#files = files;
    this.#documents = documents;
    this.#frames = frames;
  }

  /**
   * @param folder the built page; @param documents guests' documents by their addresses
   * @param frames the folder of the scripts that draw charts, `<library>.js`
   */
  static async of(
    folder: string,
    documents: { get(url: string): string | undefined },
    frames: string,
  ): Promise<PageFiles> {
    const files = new Map<string, { file: string; mime: string }>();
    for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
      const mime = MIME[path.extname(entry.name)];
      if (!entry.isFile() || mime === undefined) continue;
      const file = path.join(entry.parentPath, entry.name);
      const name = path.relative(folder, file).split(path.sep).join('/');
      files.set(new URL(name, PAGE_URL).href, { file, mime });
    }
    return new PageFiles(files, documents, frames);
  }

  async answer(request: { readonly method: string; readonly url: string }): Promise<Response> {
    if (request.method !== 'GET') return refused(405);
    const url = withoutQuery(request.url);
    const chart = chartAt(url);
    if (chart !== null) return await this.#chart(url, chart);
    if (isOutputDocument(url)) return await this.#output(url);
    const found = this.#files.get(url);
    if (found === undefined) return refused(404);
    const bytes = await readFile(found.file);
    if (url !== PAGE_URL) {
      return new Response(new Uint8Array(bytes), {
        headers: { ...COMMON_HEADERS, 'Content-Type': found.mime },
      });
    }
    // A new nonce for each load: one that leaked is of no use later.
    const nonce = randomBytes(16).toString('base64');
    return new Response(bytes.toString('utf8').replace('<head>', NONCE_META(nonce)), {
      headers: {
        ...COMMON_HEADERS,
        'Content-Type': found.mime,
        'Content-Security-Policy': pagePolicy(nonce),
      },
    });
  }

  /** It has no guest's content: the page hands that to it. */
  async #chart(url: string, { isScript, library }: ChartAddress): Promise<Response> {
    if (isScript) {
      const script = await readFile(path.join(this.#frames, `${library}.js`));
      return new Response(new Uint8Array(script), {
        headers: { ...COMMON_HEADERS, 'Content-Type': 'text/javascript; charset=utf-8' },
      });
    }
    return new Response(CHART_PAGE(`${url}.js`), {
      headers: {
        ...COMMON_HEADERS,
        'Content-Type': 'text/html; charset=utf-8',
        'Content-Security-Policy': chartPolicy(`${url}.js`),
      },
    });
  }

  async #output(url: string): Promise<Response> {
    const html = this.#documents.get(url);
    if (html === undefined) return refused(404);
    return new Response(await sanitizeHtml(html), {
      headers: {
        ...COMMON_HEADERS,
        'Content-Type': 'text/html; charset=utf-8',
        'Content-Security-Policy': isPlayer(html) ? MEDIA_POLICY : OUTPUT_POLICY,
      },
    });
  }
}

const refused = (status: 404 | 405): Response =>
  new Response('', { status, headers: { ...COMMON_HEADERS, 'Content-Type': 'text/plain' } });
