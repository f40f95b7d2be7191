/** Numbers with their units, in the words of a language. */

export interface Format {
  /** `0.3 s`, from ms. */
  seconds(ms: number): string;
  /** `00:03`, from ms. */
  elapsed(ms: number): string;
  /** `12 MB`, from bytes. */
  bytes(bytes: number): string;
  /** `1.0 GiB` or `512 MiB`, from MiB. */
  memory(mib: number): string;
  number(value: number): string;
  /** Time of day, from ms since the epoch. */
  clock(at: number): string;
}

const BYTE_UNITS = ['kilobyte', 'megabyte', 'gigabyte'] as const;

export const createFormat = (language: string): Format => {
  const number = (value: number, options: Intl.NumberFormatOptions = {}): string =>
    new Intl.NumberFormat(language, options).format(value);
  const time = new Intl.DateTimeFormat(language, {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  });
  return {
    seconds: (ms) =>
      `${number(ms / 1000, { maximumFractionDigits: ms < 10_000 ? (ms < 100 ? 2 : 1) : 0 })} s`,
    elapsed: (ms) => {
      const seconds = Math.max(0, Math.floor(ms / 1000));
      const parts = [Math.floor(seconds / 60) % 60, seconds % 60];
      if (seconds >= 3600) parts.unshift(Math.floor(seconds / 3600));
      return parts.map((part) => String(part).padStart(2, '0')).join(':');
    },
    bytes: (bytes) => {
      if (bytes < 1000) return `${number(bytes)} B`;
      const power = Math.min(Math.floor(Math.log10(bytes) / 3), BYTE_UNITS.length);
      const value = bytes / 1000 ** power;
      return number(value, {
        style: 'unit',
        unit: BYTE_UNITS[power - 1] ?? 'gigabyte',
        unitDisplay: 'short',
        maximumFractionDigits: value < 10 ? 1 : 0,
      });
    },
    memory: (mib) =>
      mib < 1000
        ? `${number(mib, { maximumFractionDigits: 0 })} MiB`
        : `${number(mib / 1024, { minimumFractionDigits: 1, maximumFractionDigits: 1 })} GiB`,
    number,
    clock: (at) => time.format(at),
  };
};
