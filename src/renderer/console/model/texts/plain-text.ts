/** Texts as they are to be seen: without the codes of terminals. */

const ESCAPE = String.fromCharCode(27);
/** As LineText leaves them out. Bounded, so that the time grows with the text alone. */
const CODES = new RegExp(`${ESCAPE}\\[(?:[!<-?]{0,8}[\\d;]{0,256}[ -,]{0,8}[@-~])?`, 'gu');

export const hasCodes = (text: string): boolean => text.includes(ESCAPE);

export const plainText = (text: string): string => (hasCodes(text) ? text.replaceAll(CODES, '') : text);
