/**
 * A display of this type shows nothing: it takes away what was shown before (`clear_output()`). In a file of its own, as
 * the preload knows it, and has no packages.
 */
export const CLEAR_OUTPUT = 'application/vnd.vivarium.clear+json';
