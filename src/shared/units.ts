/** Bytes. */
const KIB = 1024;
export const MIB = 1024 * KIB;

/** Time. */
export const MS_PER_SECOND = 1000;
export const MS_PER_MINUTE = 60 * MS_PER_SECOND;
