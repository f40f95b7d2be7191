import { CHART_LIBRARIES, type ChartLibrary } from '../../shared/contract/charts.ts';
import { OUTPUT_PROTOCOL } from '../../shared/ipc/frame.ts';

/** Where the window's page lives: a scheme of the app's own, so that it has an origin and no file is one. */
export const PAGE_SCHEME = 'vivarium';
export const PAGE_ORIGIN = `${PAGE_SCHEME}://app`;
export const PAGE_URL = `${PAGE_ORIGIN}/index.html`;
/** Where guests' documents live. */
export const OUTPUT_SCHEME = OUTPUT_PROTOCOL.slice(0, -1);

/** The page with whatever fragment; no other document of its origin. */
export const isPage = (url: string): boolean => url === PAGE_URL || url.startsWith(`${PAGE_URL}#`);

/**
 * The address of a guest's document. Its host is its own: Chromium puts each site into a process of its own, so one
 * document shares a process neither with the page nor with another one. @param id a UUID
 */
export const outputAddress = (id: string): string => `${OUTPUT_SCHEME}://${id}/`;

const HOST = `${OUTPUT_SCHEME}://[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/`;
const DOCUMENT_ADDRESS = new RegExp(`^${HOST}$`, 'u');
const CHART_ADDRESS = new RegExp(`^${HOST}(?<library>${CHART_LIBRARIES.join('|')})(?<script>\\.js)?$`, 'u');

/** Without a fragment, which a link in the page may have added. */
export const withoutQuery = (url: string): string => {
  const end = url.search(/[?#]/u);
  return end === -1 ? url : url.slice(0, end);
};

/** A frame that draws charts, or its script: a page of the app's own, which a guest's specification is handed to. */
export interface ChartAddress {
  readonly library: ChartLibrary;
  readonly isScript: boolean;
}

export const chartAt = (url: string): ChartAddress | null => {
  const groups = CHART_ADDRESS.exec(withoutQuery(url))?.groups;
  const library = CHART_LIBRARIES.find((name) => name === groups?.['library']);
  return library === undefined ? null : { library, isScript: groups?.['script'] !== undefined };
};

/** Whether a frame of the page may show it. */
export const isOutputDocument = (url: string): boolean =>
  DOCUMENT_ADDRESS.test(withoutQuery(url)) || chartAt(url)?.isScript === false;
