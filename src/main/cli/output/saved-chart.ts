/** A chart as a page that is whole in itself: what draws it is inside, and it fetches nothing. */
import { createHash } from 'node:crypto';
import { CHART_STYLE, SAVED_SPEC } from '../../../shared/chart-page.ts';
import { chartLibraryOf, type ChartLibrary } from '../../../shared/contract/charts.ts';
import type { RunDisplay } from '../../../shared/contract/run.ts';

/** The script that draws charts of a library. */
export type ChartScript = (library: ChartLibrary) => Promise<string>;

export interface Chart {
  readonly library: ChartLibrary;
  /** JSON text of the guest's. */
  readonly spec: string;
}

/** The chart among an output's forms, if there is one. */
export const chartOf = ({ mime }: RunDisplay): Chart | null => {
  for (const [type, spec] of Object.entries(mime)) {
    const library = chartLibraryOf(type);
    if (library !== null) return { library, spec };
  }
  return null;
};

/** Without what would end its element, or begin another one. */
const inScript = (script: string): string => script.replaceAll(/<(?=\/script|!--)/giu, String.raw`\x3c`);

/** A script as it stands in a page. */
interface PageScript {
  readonly text: string;
  /** Of its text, as a policy names it. */
  readonly hash: string;
}

/** Pages of charts. What is the same in all those of a library is made once: such a script has megabytes. */
export class ChartPages {
  readonly #scriptOf: ChartScript;
  readonly #made = new Map<ChartLibrary, Promise<PageScript>>();

  constructor(scriptOf: ChartScript) {
    this.#scriptOf = scriptOf;
  }

  /** A browser that holds to its policy runs the one script in it, whatever the guest wrote. */
  async page({ library, spec }: Chart): Promise<string> {
    const making = this.#made.get(library) ?? this.#make(library);
    this.#made.set(library, making);
    const { hash, text } = await making;
    const policy = [
      ...["default-src 'none'", `script-src 'sha256-${hash}'`, "style-src 'unsafe-inline'"],
      ...['img-src data: blob:', 'font-src data:', "base-uri 'none'", "form-action 'none'"],
    ].join('; ');
    // In JSON that character stands in texts only.
    const json = spec.replaceAll('<', String.raw`\u003c`);
    return `<!doctype html>
<html>
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>Chart</title>
<style>${CHART_STYLE}</style>
</head>
<body>
<script type="application/json" id="${SAVED_SPEC}">${json}</script>
<script>${text}</script>
</body>
</html>
`;
  }

  async #make(library: ChartLibrary): Promise<PageScript> {
    const text = inScript(await this.#scriptOf(library));
    return { text, hash: createHash('sha256').update(text).digest('base64') };
  }
}
