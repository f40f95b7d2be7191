/** The time zone of the computer, in the C library's variables: a memory that was saved may know another one. */

/** The part of Emscripten's module that holds them. */
export interface ZoneVariables {
  readonly HEAPU8: Uint8Array;
  readonly HEAP32: Int32Array;
  /** Address of two pointers: to the name of the zone, and to that in summer. */
  readonly _tzname: number;
  /** Seconds west of UTC, without summer time. */
  readonly _timezone: number;
  /** Whether there is summer time. */
  readonly _daylight: number;
}

/** What there is room for, without the 0 at the end. */
const LONGEST_NAME = 16;

const SECONDS = 60;

/** As the system abbreviates it where English has a word for it: EST, CET; otherwise GMT+9. */
const nameAt = (date: Date): string => {
  const parts = new Intl.DateTimeFormat('en-US', { timeZoneName: 'short' }).formatToParts(date);
  const name = parts.find(({ type }) => type === 'timeZoneName')?.value ?? '';
  return /^[\x21-\x7e]{1,16}$/u.test(name) ? name : 'UTC';
};

/** To be called when a Python is there, before its code asks for the time. */
export const setTimeZone = ({ HEAP32, HEAPU8, _daylight, _timezone, _tzname }: ZoneVariables): void => {
  const year = new Date().getFullYear();
  const winter = new Date(year, 0, 1);
  const summer = new Date(year, 6, 1);
  // South of the equator it is the other way round.
  const [standard, saving] =
    winter.getTimezoneOffset() >= summer.getTimezoneOffset() ? [winter, summer] : [summer, winter];
  HEAP32[_timezone / 4] = standard.getTimezoneOffset() * SECONDS;
  HEAP32[_daylight / 4] = Number(standard.getTimezoneOffset() !== saving.getTimezoneOffset());
  for (const [index, date] of [standard, saving].entries()) {
    const address = HEAP32[_tzname / 4 + index] ?? 0;
    // The C library has made it, or it points to nothing yet.
    if (address <= 0) continue;
    const name = nameAt(date);
    for (let at = 0; at <= LONGEST_NAME; at += 1) HEAPU8[address + at] = name.charCodeAt(at) || 0;
  }
};
