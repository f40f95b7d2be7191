/** Calls of Python through CPython's C API. All that passes is bytes. */

/** Address of an object of Python's, or 0 when an exception was raised. */
type PythonObject = number;

/** The functions of the C API that are used here. */
export interface CPython {
  readonly HEAPU8: Uint8Array;
  _PyBytes_FromStringAndSize(bytes: number, length: number): PythonObject;
  _PyBytes_AsString(bytes: PythonObject): number;
  _PyBytes_Size(bytes: PythonObject): number;
  _PyDict_New(): PythonObject;
  _PyDict_SetItemString(dictionary: PythonObject, name: number, value: PythonObject): number;
  /** Borrowed from the dictionary. */
  _PyDict_GetItemString(dictionary: PythonObject, name: number): PythonObject;
  _Py_CompileStringExFlags(
    source: number,
    fileName: number,
    start: number,
    flags: number,
    optimize: number,
  ): PythonObject;
  _PyEval_EvalCode(code: PythonObject, globals: PythonObject, locals: PythonObject): PythonObject;
  _PyObject_CallOneArg(callable: PythonObject, argument: PythonObject): PythonObject;
  _Py_IncRef(object: PythonObject): void;
  _Py_DecRef(object: PythonObject): void;
  _PyErr_Clear(): void;
}

/** Of `Py_CompileStringExFlags`: a module's source, optimized as Python was told to. */
const MODULE_SOURCE = 257;
const USUAL = -1;

/** Tracebacks leave out frames of this name. */
export const OWN_FILE_NAME = '<vivarium>';

/** A function of Python's that takes bytes and gives bytes. It lives as long as its interpreter. */
export class PythonFunction {
  readonly #python: CPython;
  /** Stays the same in a copy of the interpreter's memory. */
  readonly address: number;

  constructor(python: CPython, address: number) {
    this.#python = python;
    this.address = address;
  }

  /**
   * What it returns for that argument.
   *
   * @throws Error when it raises, gives something else, or there is no memory left; and what WebAssembly throws
   */
  call(argument: Uint8Array): Uint8Array<ArrayBuffer> {
    const python = this.#python;
    const given = bytesObject(python, argument);
    const answer = python._PyObject_CallOneArg(this.address, given);
    python._Py_DecRef(given);
    if (answer === 0) return failed(python, 'Python raised an exception where none was expected');
    const length = python._PyBytes_Size(answer);
    if (length < 0) return failed(python, 'Python gave something else than bytes');
    // Addresses from 2 GiB on come as negative numbers.
    const start = python._PyBytes_AsString(answer) >>> 0;
    // Looked up here: the memory may have grown.
    const bytes = python.HEAPU8.slice(start, start + length);
    python._Py_DecRef(answer);
    return bytes;
  }
}

/**
 * Runs our own source in a namespace of its own and gives the function that it calls `name`.
 *
 * @param source bytes of UTF-8, as all texts here
 * @param given what it finds under the name `given`
 * @throws Error when it raises, or there is no memory left; and what WebAssembly throws
 */
export const functionFrom = (
  python: CPython,
  source: Uint8Array,
  given: Uint8Array,
  name: string,
): PythonFunction => {
  const text = (ascii: string): number =>
    bytesObject(
      python,
      Uint8Array.from(ascii, (character) => character.charCodeAt(0)),
    );
  const check = (object: number): number =>
    object === 0 ? failed(python, 'our own Python does not work') : object;
  const [sourceBytes, fileName, givenBytes, givenName, functionName] = [
    bytesObject(python, source),
    text(OWN_FILE_NAME),
    bytesObject(python, given),
    text('given'),
    text(name),
  ];
  const namespace = check(python._PyDict_New());
  const code = check(
    // The bytes end with a zero that does not count.
    python._Py_CompileStringExFlags(
      python._PyBytes_AsString(sourceBytes),
      python._PyBytes_AsString(fileName),
      MODULE_SOURCE,
      0,
      USUAL,
    ),
  );
  python._PyDict_SetItemString(namespace, python._PyBytes_AsString(givenName), givenBytes);
  python._Py_DecRef(check(python._PyEval_EvalCode(code, namespace, namespace)));
  const found = check(python._PyDict_GetItemString(namespace, python._PyBytes_AsString(functionName)));
  // For good: nothing of Python's own may let go of it.
  python._Py_IncRef(found);
  for (const object of [sourceBytes, fileName, givenBytes, givenName, functionName, code, namespace]) {
    python._Py_DecRef(object);
  }
  return new PythonFunction(python, found);
};

const bytesObject = (python: CPython, bytes: Uint8Array): number => {
  const object = python._PyBytes_FromStringAndSize(0, bytes.length);
  if (object === 0) return failed(python, 'out of memory');
  python.HEAPU8.set(bytes, python._PyBytes_AsString(object) >>> 0);
  return object;
};

const failed = (python: CPython, message: string): never => {
  python._PyErr_Clear();
  throw new Error(message);
};
