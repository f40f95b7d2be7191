import { LIMITS } from '../../shared/limits.ts';
import { frameArguments } from './arrow-frames.ts';
import type { ConfirmPolicy, FrameForm, HostFunction, HostFunctions } from './host-function.ts';
import { docOf, signatureOf } from './python-signature.ts';
import { PythonTypes } from './python-types.ts';
import { isIdentifier } from './python-words.ts';
import { ANYTHING, NO_ARGUMENTS, valueSchema, type ValueSchema } from './value-schema.ts';

/** What the module `host` has beside functions. */
const OWN_NAMES: ReadonlySet<string> = new Set([
  ...['aio', 'FunctionError', 'CallDeniedError', 'CallLimitError', 'ValidationError'],
]);

/** The module that functions are imported from. */
const MODULE = /\bhost\b/;

/** Whether code may import functions; a guess by the words in it. */
export const mentionsFunctions = (code: string): boolean => MODULE.test(code);

/** What makes and reads Arrow's streams in Python. */
const ARROW_MODULE = 'pyarrow';

const lastOf = (name: string): string => name.slice(name.lastIndexOf('.') + 1);

/** A declaration that can't be used; the message begins with where it is wrong. */
export class FunctionError extends Error {
  override readonly name = 'FunctionError';
}

/** A function that can be called. */
export interface PreparedFunction {
  readonly name: string;
  readonly description: string;
  readonly input: ValueSchema;
  readonly output: ValueSchema;
  readonly confirm: ConfirmPolicy;
  /** Names of the arguments that may be bytes of an Arrow stream; null where frames cross as records. */
  readonly frames: readonly string[] | null;
  readonly handler: HostFunction['handler'];
}

/** Limits that Python keeps by itself; main does not count on it. */
export interface CallFacts {
  readonly calls: number;
  readonly bytes: number;
  readonly depth: number;
  /** Calls that are made at the same time. */
  readonly together: number;
}

/** The functions that a run may call, and no others. */
export class FunctionSet {
  readonly #functions = new Map<string, PreparedFunction>();
  /** What Python is told of them, as JSON without its last brace; see `facts`. */
  #described = '[]';

  /** @throws FunctionError for one that can't be used */
  constructor(functions: HostFunctions) {
    checkNames(Object.keys(functions));
    for (const [name, declared] of Object.entries<HostFunction | null | undefined>(functions)) {
      if (declared === undefined || declared === null)
        throw new FunctionError(`functions.${name}: is missing`);
      this.#functions.set(name, prepare(name, declared));
    }
    this.#tell(JSON.stringify(this.all.map(describe)));
  }

  /** The functions of all these sets, as they are prepared. @throws FunctionError when they do not go together */
  static joined(sets: readonly FunctionSet[]): FunctionSet {
    const whole = new FunctionSet({});
    checkNames(sets.flatMap((set) => [...set.#functions.keys()]));
    for (const [name, prepared] of sets.flatMap((set) => [...set.#functions])) {
      if (whole.#functions.has(name)) throw new FunctionError(`functions.${name}: is there twice`);
      whole.#functions.set(name, prepared);
    }
    const described = sets.map((set) => set.#described.slice(1, -1)).filter((text) => text !== '');
    whole.#tell(`[${described.join(',')}]`);
    return whole;
  }

  /** How much Python is told of them, in UTF-16 units. */
  get toldLength(): number {
    return this.#described.length;
  }

  get all(): readonly PreparedFunction[] {
    return [...this.#functions.values()];
  }

  /** Own names only. */
  find(name: string): PreparedFunction | undefined {
    return this.#functions.get(name);
  }

  /** Modules that Python needs for what this code imports of them; a guess by the words in it. */
  modulesFor(code: string): readonly string[] {
    const names = this.all.filter(({ frames }) => frames !== null).map(({ name }) => lastOf(name));
    if (names.length === 0 || !mentionsFunctions(code)) return [];
    // One pass that keeps none of the code's words: there may be half a million.
    return new RegExp(String.raw`\b(?:${names.join('|')})\b`).test(code) ? [ARROW_MODULE] : [];
  }

  /** What Python is told of them. */
  facts(limits: CallFacts): string {
    return `{"limits":${JSON.stringify(limits)},"functions":${this.#described}}`;
  }

  #tell(described: string): void {
    if (described.length > LIMITS.functionTextLength / 2) {
      throw new FunctionError('functions: their descriptions and schemas are too long together');
    }
    this.#described = described;
  }
}

/** As host_functions.py reads it. */
const describe = (prepared: PreparedFunction): object => {
  const signature = signatureOf(prepared, new PythonTypes());
  return {
    name: prepared.name,
    doc: docOf(prepared, signature),
    parameters: signature.parameters.map(({ initial, isRequired, key, name, type }) => ({
      name,
      key,
      type,
      required: isRequired,
      ...(initial === undefined ? {} : { default: initial }),
    })),
    others: signature.takesOthers,
    returns: signature.returns,
    schema: prepared.input.json,
    ...(prepared.frames === null ? {} : { frames: prepared.frames }),
  };
};

/** Whether it can be a part of a function's name. */
export const isMemberName = (text: string): boolean =>
  isIdentifier(text) && !text.startsWith('_') && !OWN_NAMES.has(text);

const checkNames = (names: readonly string[]): void => {
  if (names.length > LIMITS.functionCount) {
    throw new FunctionError(`functions: at most ${LIMITS.functionCount} can be given, not ${names.length}`);
  }
  for (const name of names) checkName(name, names);
};

const checkName = (name: string, all: readonly string[]): void => {
  const parts = name.split('.');
  const isName = name.length <= LIMITS.functionNameLength && parts.every(isMemberName);
  if (!isName) {
    throw new FunctionError(
      `functions.${name.slice(0, LIMITS.functionNameLength)}: is no name for a function; it consists of letters, ` +
        `digits and "_", with dots between namespaces, and no part of it begins with "_", is a word of Python's own or ` +
        `one of ${[...OWN_NAMES].join(', ')}`,
    );
  }
  const other = all.find((one) => one.startsWith(`${name}.`));
  if (other !== undefined) throw new FunctionError(`functions.${name}: is also the namespace of ${other}`);
};

const prepare = (name: string, declared: HostFunction): PreparedFunction => {
  const { confirm, description, frames, input, output } = declared;
  const place = `functions.${name}`;
  if (typeof declared.handler !== 'function') throw new FunctionError(`${place}.handler: must be a function`);
  if (description !== undefined && typeof description !== 'string') {
    throw new FunctionError(`${place}.description: must be a text`);
  }
  checkPolicy(confirm, place);
  if (frames !== undefined && !FORMS.has(frames)) {
    throw new FunctionError(`${place}.frames: must be "records" or "arrow"`);
  }
  const taken = input === undefined ? NO_ARGUMENTS : schemaAt(`${place}.input`, input, 'input');
  return {
    name,
    description: description ?? '',
    input: taken,
    frames: frames === 'arrow' ? frameArguments(taken.json) : null,
    output: output === undefined ? ANYTHING : schemaAt(`${place}.output`, output, 'output'),
    confirm: confirm ?? 'allow',
    handler: (values, context) => declared.handler(values, context),
  };
};

const FORMS: ReadonlySet<unknown> = new Set<FrameForm>(['records', 'arrow']);
const POLICIES: ReadonlySet<unknown> = new Set(['allow', 'ask', 'deny']);

const checkPolicy = (confirm: unknown, place: string): void => {
  const isDenial = typeof confirm === 'object' && confirm !== null && 'deny' in confirm;
  if (confirm === undefined || typeof confirm === 'function' || POLICIES.has(confirm) || isDenial) return;
  throw new FunctionError(`${place}.confirm: must be "allow", "ask", "deny", { deny: why } or a function`);
};

const schemaAt = (place: string, schema: unknown, direction: 'input' | 'output'): ValueSchema => {
  if (typeof schema !== 'object' || schema === null) {
    throw new FunctionError(`${place}: must be a schema of zod 4 or a JSON Schema`);
  }
  let read: ValueSchema;
  try {
    read = valueSchema(schema, direction);
  } catch (error) {
    throw new FunctionError(`${place}: ${error instanceof Error ? error.message : 'is no schema'}`, {
      cause: error,
    });
  }
  const { type } = read.json;
  if (direction === 'input' && type !== 'object' && read.json['$ref'] === undefined) {
    throw new FunctionError(`${place}: must describe an object with the arguments by their names`);
  }
  return read;
};
