import process from 'node:process';

/** Lets the engine read now what it otherwise reads when it is first needed, which would be too late. */
export const warmUp = (): void => {
  // The time zone: a link below /etc.
  new Date(0).getTimezoneOffset();
  // Made at their first use, from what the system says of them: a warning of Node's must not end in an error.
  Reflect.get(process, 'stdout');
  Reflect.get(process, 'stderr');
};
