/** Names that Windows takes for devices, with any ending. */
const DEVICE_NAME = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/iu;
const SPECIAL = /[<>:"|?*]/gu;
const BAD_END = /[. ]$/u;
const DRIVE = /^[a-z]:$/iu;
/** What most file systems take of one name, in bytes of UTF-8, less room for a number. */
const MAX_SEGMENT_BYTES = 240;

/** Why a name, relative and with forward slashes, means something else on some system; null when it is fine. */
export const unusableOnDisk = (name: string): string | null => {
  for (const segment of name.split('/')) {
    if (segment.search(SPECIAL) !== -1 || BAD_END.test(segment) || DEVICE_NAME.test(segment)) {
      return 'can not be a file name on every system';
    }
    if (Buffer.byteLength(segment) > MAX_SEGMENT_BYTES) return 'is too long for a file system';
  }
  return null;
};

/**
 * A name that every system can have, as near to `name` as can be. The letter of a drive is left out.
 *
 * @param name relative, with forward slashes
 * @param isTaken whether a file of that name is there
 */
export const diskName = (name: string, isTaken: (name: string) => boolean): string => {
  const [first = '', ...others] = name.split('/');
  const segments = DRIVE.test(first) && others.length > 0 ? others : [first, ...others];
  const usable = segments.map(usableSegment).join('/');
  for (let number = 1; ; number += 1) {
    const candidate = number === 1 ? usable : numbered(usable, number);
    if (!isTaken(candidate)) return candidate;
  }
};

const usableSegment = (segment: string): string => {
  const plain = segment.replace(SPECIAL, '_').replace(BAD_END, '_');
  return shortened(DEVICE_NAME.test(plain) ? `_${plain}` : plain);
};

const shortened = (segment: string): string => {
  if (Buffer.byteLength(segment) <= MAX_SEGMENT_BYTES) return segment;
  const { ending, stem } = parts(segment);
  let room = MAX_SEGMENT_BYTES - Buffer.byteLength(ending);
  let kept = '';
  for (const character of stem) {
    room -= Buffer.byteLength(character);
    if (room < 0) break;
    kept += character;
  }
  return kept + ending;
};

const numbered = (name: string, number: number): string => {
  const { ending, stem } = parts(name);
  return `${stem}-${number}${ending}`;
};

const parts = (name: string): { readonly stem: string; readonly ending: string } => {
  const ending = /(?<=[^/])\.[A-Za-z0-9]{1,10}$/u.exec(name)?.[0] ?? '';
  return { stem: name.slice(0, name.length - ending.length), ending };
};
