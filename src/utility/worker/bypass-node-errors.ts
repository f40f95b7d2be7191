/** The part of `process` that this file needs. */
interface ErrorEvents {
  on(event: string, listener: () => void): unknown;
}

/**
 * Prevents Node from handling uncaught errors. They may be the guest's, and Node would read and print them, which calls
 * their getters, `Error.prepareStackTrace` and custom inspectors with host objects.
 *
 * @param onUncaught called for exceptions; not for rejections, which do not end a web worker either
 */
export const bypassNodeErrors = (processObject: ErrorEvents, onUncaught: () => void): void => {
  processObject.on('unhandledRejection', () => undefined);
  // Without this listener Node warns of it, with a stack.
  processObject.on('rejectionHandled', () => undefined);
  // What the engine calls for an uncaught exception, before anything has looked at it.
  Object.defineProperty(processObject, '_fatalException', {
    value: () => {
      try {
        onUncaught();
      } catch {
        // It is being handled already.
      }
      return true;
    },
  });
};
