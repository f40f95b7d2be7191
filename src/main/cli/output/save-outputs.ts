import { ANIMATION_MIME } from '../../../shared/contract/animation.ts';
import { IMAGE_EXTENSIONS, IMAGE_MIMES, SVG_MIME } from '../../../shared/contract/image-types.ts';
import { isJsonMime, isTextMime } from '../../../shared/contract/mime-types.ts';
import type { CollectedFile, RunDisplay } from '../../../shared/contract/run.ts';
import { filesRenamed } from '../../run/reported-files.ts';
import { OutputFileError, type OutputFolder } from './output-folder.ts';
import { oneLine, quote } from '../../foreign-text/printable.ts';
import { ChartPages, chartOf, type ChartScript } from './saved-chart.ts';
import type { CommandOutput } from '../terminal/stdio.ts';

/** What is more than text: all that an output has is written. */
const endingOf = (mime: string): string | null => {
  if (mime === 'text/html') return 'html';
  if (mime === SVG_MIME) return IMAGE_EXTENSIONS[SVG_MIME];
  if (mime === 'application/pdf') return 'pdf';
  // Its picture moves as well.
  if (mime === ANIMATION_MIME) return null;
  return isJsonMime(mime) ? 'json' : null;
};

interface Part {
  readonly ending: string;
  readonly bytes: Uint8Array;
}

const partOf = (mime: string, content: string, ending: string): Part => ({
  ending,
  bytes: Buffer.from(content, isTextMime(mime) ? 'utf8' : 'base64'),
});

/** The first picture among an output's forms, if there is one. */
const imageOf = ({ mime }: RunDisplay): Part | null => {
  for (const type of IMAGE_MIMES) {
    const content = mime[type];
    if (content !== undefined) return partOf(type, content, IMAGE_EXTENSIONS[type]);
  }
  return null;
};

export const hasImage = (output: RunDisplay): boolean => imageOf(output) !== null;

/** How many of them are pictures. */
export const countImages = (outputs: readonly RunDisplay[]): number => outputs.filter(hasImage).length;

/** The other forms that are worth a file. */
const othersOf = ({ mime }: RunDisplay, image: Part | null): Part[] =>
  Object.entries(mime).flatMap(([type, content]) => {
    const ending = endingOf(type);
    return ending === null || ending === image?.ending ? [] : [partOf(type, content, ending)];
  });

/** Each has the library that draws it inside: a few lines of a script would fill the disk. */
const MAX_CHART_PAGES = 20;

/** Writes what a run made into a folder, and says on stderr what it could not write. */
export class OutputSaver {
  readonly #folder: OutputFolder;
  readonly #out: Pick<CommandOutput, 'notice'>;
  readonly #chartPages: ChartPages;
  /** Files with the names that they were given instead. */
  readonly #renamed: [was: string, now: string][] = [];
  #failed = false;

  constructor(folder: OutputFolder, out: Pick<CommandOutput, 'notice'>, chartScript: ChartScript) {
    this.#folder = folder;
    this.#chartPages = new ChartPages(chartScript);
    this.#out = out;
  }

  /** Whether something was not written. */
  get failed(): boolean {
    return this.#failed;
  }

  async saveFile(file: CollectedFile): Promise<void> {
    if (file.kind === 'left-out') {
      await this.#complain(file.name, file.why);
      return;
    }
    const name = this.#folder.nameFor(file.name);
    if ((await this.#write(name, file.bytes)) && name !== file.name) this.#renamed.push([file.name, name]);
  }

  /**
   * Pictures as `plot-1.png` and so on, the first charts as pages `chart-1.html`, other forms as `output-1.html`; a number that a file of the script has
   * is left out. Says what was written, which files have another name than the script gave them, and how many charts are no pages.
   */
  async saveOutputs(outputs: readonly RunDisplay[]): Promise<void> {
    const numbers = { plot: 0, chart: 0, output: 0 };
    const written: string[] = [];
    const save = async (kind: keyof typeof numbers, { bytes, ending }: Part): Promise<void> => {
      let name: string;
      do name = `${kind}-${++numbers[kind]}.${ending}`;
      while (this.#folder.has(name));
      if (await this.#write(name, bytes)) written.push(name);
    };
    let charts = 0;
    for (const output of outputs) {
      const image = imageOf(output);
      if (image !== null) await save('plot', image);
      const chart = chartOf(output);
      if (chart !== null && ++charts <= MAX_CHART_PAGES) {
        const page = await this.#chartPages.page(chart);
        await save('chart', { ending: 'html', bytes: Buffer.from(page, 'utf8') });
      }
      for (const part of othersOf(output, image)) await save('output', part);
    }
    if (this.#renamed.length > 0) await this.#out.notice(oneLine(filesRenamed(this.#renamed).message));
    if (written.length > 0) await this.#out.notice(`what was shown is in ${namesOf(written)}`);
    const left = charts - MAX_CHART_PAGES;
    if (left > 0) {
      await this.#out.notice(
        `${left} of ${charts} charts are written as JSON alone: ${MAX_CHART_PAGES} become pages at most`,
      );
    }
  }

  async #write(name: string, bytes: Uint8Array): Promise<boolean> {
    try {
      await this.#folder.write(name, bytes);
      return true;
    } catch (error) {
      if (!(error instanceof OutputFileError)) throw error;
      await this.#complain(name, error.message);
      return false;
    }
  }

  async #complain(name: string, why: string): Promise<void> {
    this.#failed = true;
    await this.#out.notice(`${quote(name)} was not written: ${oneLine(why)}`);
  }
}

const MAX_NAMED = 10;

const namesOf = (names: readonly string[]): string =>
  names.length <= MAX_NAMED
    ? names.join(', ')
    : `${names.slice(0, MAX_NAMED).join(', ')} and ${names.length - MAX_NAMED} more files`;
