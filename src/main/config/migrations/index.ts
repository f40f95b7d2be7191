import type { JsonObject } from '../../../shared/json-data.ts';
import { addPythonRuntime } from './0001-python-runtime.ts';

/** Makes a document of the next version out of one of the last. Pure; never throws, whatever is in there. */
export type Migration = (document: JsonObject) => JsonObject;

/** The one at index n makes version n + 1. Only ever added to. */
export const MIGRATIONS: readonly Migration[] = [addPythonRuntime];
