/** What is said of a result whose output was cut: at the cap of a stream, or elsewhere. */
import type { RunNotice } from './contract/run.ts';
import { utf8Length } from './bytes.ts';
import { mayBeCut } from './head-tail-buffer.ts';

/** Notices that say which files a result is without: where one is there, nothing else may be missing. */
const FILES_CUT: ReadonlySet<RunNotice['code']> = new Set(['files-left-out', 'too-many-files']);

/** Whether a notice says that files were left out. */
export const tellsOfFilesCut = (notices: readonly Pick<RunNotice, 'code'>[]): boolean =>
  notices.some(({ code }) => FILES_CUT.has(code));

/**
 * Whether a text may have reached the cap of its stream.
 *
 * @param texts of the streams and the value
 * @param outputKiB the cap of each
 */
export const reachedCap = (texts: readonly string[], outputKiB: number): boolean => {
  const capBytes = outputKiB * 1024;
  // Most long texts are ASCII, and need not be counted.
  return texts.some((text) => mayBeCut(text.length, capBytes) || mayBeCut(utf8Length(text), capBytes));
};
