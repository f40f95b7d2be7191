/** Lets the engine read now what it otherwise reads when it is first needed, which would be too late. */
export const warmUp = (): void => {
  // The time zone: a link below /etc.
  new Date(0).getTimezoneOffset();
  new Intl.DateTimeFormat().format(0);
  new Intl.DateTimeFormat(undefined, { timeZone: 'UTC' }).format(0);
};
