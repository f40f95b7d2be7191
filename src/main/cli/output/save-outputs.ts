import type { CollectedFile, RunDisplay } from '../../../shared/contract/sandbox.ts';
import { OutputFileError, type OutputFolder } from './output-folder.ts';
import { oneLine, quote } from '../../foreign-text/printable.ts';
import type { CommandOutput } from '../terminal/stdio.ts';

/** Plots and pictures, and the endings of their files. */
const IMAGE_ENDINGS: readonly (readonly [mime: string, ending: string])[] = [
  ['image/png', 'png'],
  ['image/svg+xml', 'svg'],
  ['image/jpeg', 'jpg'],
];

interface Image {
  readonly ending: string;
  readonly bytes: Uint8Array;
}

/** The picture among an output's forms, if there is one. */
const imageOf = ({ mime }: RunDisplay): Image | null => {
  for (const [type, ending] of IMAGE_ENDINGS) {
    const content = mime[type];
    if (content === undefined) continue;
    return { ending, bytes: Buffer.from(content, ending === 'svg' ? 'utf8' : 'base64') };
  }
  return null;
};

/** How many of them are pictures. */
export const countImages = (outputs: readonly RunDisplay[]): number =>
  outputs.filter((output) => imageOf(output) !== null).length;

/** Writes what a run made into a folder, and says on stderr what it could not write. */
export class OutputSaver {
  readonly #folder: OutputFolder;
  readonly #out: Pick<CommandOutput, 'notice'>;
  #failed = false;

  constructor(folder: OutputFolder, out: Pick<CommandOutput, 'notice'>) {
    this.#folder = folder;
    this.#out = out;
  }

  /** Whether something was not written. */
  get failed(): boolean {
    return this.#failed;
  }

  async saveFile(file: CollectedFile): Promise<void> {
    if (file.kind === 'whole') await this.#write(file.name, file.bytes);
    else await this.#complain(file.name, file.why);
  }

  /** As `plot-1.png` and so on; a number that a file of the script has is left out. */
  async saveImages(outputs: readonly RunDisplay[]): Promise<void> {
    let number = 0;
    for (const output of outputs) {
      const image = imageOf(output);
      if (image === null) continue;
      let name: string;
      do name = `plot-${++number}.${image.ending}`;
      while (this.#folder.has(name));
      await this.#write(name, image.bytes);
    }
  }

  async #write(name: string, bytes: Uint8Array): Promise<void> {
    try {
      await this.#folder.write(name, bytes);
    } catch (error) {
      if (!(error instanceof OutputFileError)) throw error;
      await this.#complain(name, error.message);
    }
  }

  async #complain(name: string, why: string): Promise<void> {
    this.#failed = true;
    await this.#out.notice(`${quote(name)} was not written: ${oneLine(why)}`);
  }
}
