/** What `vivarium/main` and `vivarium/node` have in common. */
export type * from './api/api.ts';
export { VivariumError } from './errors.ts';
export { functionStubs, hostFunction } from './functions.ts';
export { createNativePython } from './native-python.ts';
