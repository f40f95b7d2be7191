import { valueAt, withValueAt } from '../../../shared/config/config-keys.ts';
import { isJsonObject, type JsonObject } from '../../../shared/json-data.ts';

const RUNTIME = ['plugins', 'python', 'runtime'] as const;
const BINPATH = ['plugins', 'python', 'binpath'] as const;

/**
 * Python could once only be the user's own, at `binpath`. Who has set it keeps it; everyone else gets the
 * embedded one. A file without any Python settings gets none.
 */
export const addPythonRuntime = (document: JsonObject): JsonObject => {
  if (!isJsonObject(valueAt(document, ['plugins', 'python']))) return document;
  if (valueAt(document, RUNTIME) !== undefined) return document;
  const binpath = valueAt(document, BINPATH);
  const hasOwn = typeof binpath === 'string' && binpath.trim() !== '';
  return withValueAt(document, RUNTIME, hasOwn ? 'native' : 'embedded');
};
