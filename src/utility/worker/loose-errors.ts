/** What of `process` this file needs. */
interface ErrorEvents {
  on(event: string, listener: () => void): unknown;
}

/**
 * Keeps Node away from uncaught errors: they may be the guest's, and Node would read and print
 * them, calling their getters, `Error.prepareStackTrace` and custom inspectors with objects of the host's.
 *
 * @param onUncaught told of exceptions; not of rejections, which end no web worker either
 */
export const looseErrors = (processObject: ErrorEvents, onUncaught: () => void): void => {
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
