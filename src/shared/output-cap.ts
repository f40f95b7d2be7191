/** What is said of a result whose output was cut: at the cap of a stream, or elsewhere. */
import type { RunNotice } from './contract/run.ts';
import { utf8Length } from './bytes.ts';
import { wasCut } from './head-tail-buffer.ts';

/** Notices that say which files a result is without: where one is there, nothing else may be missing. */
const FILES_CUT: ReadonlySet<RunNotice['code']> = new Set(['files-left-out', 'too-many-files']);

/** Whether a notice says that files were left out. */
export const tellsOfFilesCut = (notices: readonly Pick<RunNotice, 'code'>[]): boolean =>
  notices.some(({ code }) => FILES_CUT.has(code));

/** What is left of a value that was cut to as many characters as the cap has bytes is shorter by fewer than these. */
const ROUNDED_CHARACTERS = 8;
const VALUE_WORDS = ' characters left out ...]\n';

/**
 * Whether a text has reached the cap of its stream, or was cut at it.
 *
 * @param texts of the streams and the value
 * @param outputKiB the cap of each
 */
export const reachedCap = (texts: readonly string[], outputKiB: number): boolean => {
  const capBytes = outputKiB * 1024;
  return texts.some((text) => {
    if (text.length > capBytes - ROUNDED_CHARACTERS && text.includes(VALUE_WORDS)) return true;
    return lengthsOf(text).some((bytes) => bytes >= capBytes || wasCut(text, bytes, capBytes));
  });
};

/** How many bytes a text may have had: what was no UTF-8 had fewer than what stands in its place. */
const lengthsOf = (text: string): number[] =>
  text.includes('\ufffd') ? [text.length, utf8Length(text)] : [utf8Length(text)];
