/**
 * Size, depth and kind of a message, found without recursion and before any schema sees it.
 *
 * The size is an upper bound of what V8 serialises: 16 bytes a value, 32 more for an array, object or
 * Uint8Array, 2 bytes a UTF-16 unit of a string or key (so a string costs O(1) to measure), and for a
 * Uint8Array its whole underlying buffer, because that is what a clone copies.
 */

/** Bytes of any value by itself. */
export const VALUE_BYTES = 16;
/** Further bytes of an array, a plain object or a Uint8Array, contents apart. */
export const CONTAINER_BYTES = 32;
/** Bytes of a UTF-16 unit. */
export const UNIT_BYTES = 2;

export interface MeasureLimits {
  readonly maxBytes: number;
  readonly maxDepth: number;
  readonly maxNodes: number;
}

export interface MeasureProblem {
  readonly kind: 'too-large' | 'unsupported';
  /** A fixed text, safe to log: nothing of the value is in it. */
  readonly text: string;
}

/** Reads an accessor of a built-in prototype, which throws for what isn't of that kind. */
const reader = (prototype: object, key: PropertyKey): ((target: object) => unknown) | undefined => {
  const descriptor = Object.getOwnPropertyDescriptor(prototype, key);
  return descriptor?.get === undefined ? undefined : (target): unknown => descriptor.get?.call(target);
};

// Captured at import: asked through these, neither a subclass nor an own property can lie about a buffer.
const { getPrototypeOf, keys: ownKeys, hasOwn } = Object;
const { isArray } = Array;
const isView: (value: unknown) => value is ArrayBufferView = ArrayBuffer.isView.bind(ArrayBuffer);
const { get } = Reflect;
const typedArrayPrototype: unknown = getPrototypeOf(Uint8Array.prototype);
const typedArrayName =
  typedArrayPrototype instanceof Object ? reader(typedArrayPrototype, Symbol.toStringTag) : undefined;
const bufferBytes = reader(ArrayBuffer.prototype, 'byteLength');
const bufferIsResizable = reader(ArrayBuffer.prototype, 'resizable');

const tooLarge = (text: string): MeasureProblem => ({ kind: 'too-large', text });
const unsupported = (text: string): MeasureProblem => ({ kind: 'unsupported', text });

const bytesOfView = (view: ArrayBufferView): number | MeasureProblem => {
  if (typedArrayName?.(view) !== 'Uint8Array') return unsupported('a typed array other than Uint8Array');
  const { buffer } = view;
  try {
    const bytes = bufferBytes?.(buffer);
    if (bufferIsResizable?.(buffer) === true) return unsupported('a resizable buffer');
    return typeof bytes === 'number' ? bytes : unsupported('an unreadable buffer');
  } catch {
    // The accessors of ArrayBuffer take no SharedArrayBuffer.
    return unsupported('shared memory');
  }
};

/** Bytes of a value that holds no others, or null for one that may. */
const bytesOfScalar = (value: unknown): number | null | MeasureProblem => {
  switch (typeof value) {
    case 'string':
      return VALUE_BYTES + UNIT_BYTES * value.length;
    case 'number':
    case 'boolean':
    case 'undefined':
      return VALUE_BYTES;
    case 'object':
      return value === null ? VALUE_BYTES : null;
    default:
      return unsupported(`a ${typeof value}`);
  }
};

/**
 * Measures a value in bytes, or says why it may not travel. Shared references count each time they are met,
 * so cycles and "billion laughs" graphs end at the depth or node limit.
 */
export const measure = (root: unknown, limits: MeasureLimits): number | MeasureProblem => {
  const { maxBytes, maxDepth, maxNodes } = limits;
  const scalar = bytesOfScalar(root);
  if (scalar !== null) {
    return typeof scalar === 'number' && scalar > maxBytes ? tooLarge('too many bytes') : scalar;
  }

  let bytes = 0;
  let nodes = 1;
  const containers: unknown[] = [root];
  const depths: number[] = [1];

  while (containers.length > 0) {
    const container = containers.pop();
    const depth = depths.pop() ?? 0;
    if (depth > maxDepth) return tooLarge('nested too deeply');
    bytes += VALUE_BYTES + CONTAINER_BYTES;
    if (bytes > maxBytes) return tooLarge('too many bytes');

    if (isView(container)) {
      const held = bytesOfView(container);
      if (typeof held !== 'number') return held;
      bytes += held;
      if (bytes > maxBytes) return tooLarge('too many bytes');
      continue;
    }
    if (typeof container !== 'object' || container === null) return unsupported('an unknown kind of value');

    const list = isArray(container);
    // A hole-ridden array can claim any length, so the length is checked before anything loops over it.
    if (list && nodes + container.length > maxNodes) return tooLarge('too many values');
    const prototype: unknown = getPrototypeOf(container);
    if (!list && prototype !== null && getPrototypeOf(prototype) !== null) {
      return unsupported('an object that is neither plain nor an array');
    }
    const names = ownKeys(container);
    nodes += names.length;
    if (nodes > maxNodes) return tooLarge('too many values');
    if (list) {
      if (names.length !== container.length) return unsupported('an array with holes or names');
    } else if (hasOwn(container, '__proto__')) {
      return unsupported('a key named __proto__');
    }

    for (const name of names) {
      const value: unknown = get(container, name);
      if (!list) bytes += UNIT_BYTES * name.length;
      const size = bytesOfScalar(value);
      if (size === null) {
        containers.push(value);
        depths.push(depth + 1);
      } else if (typeof size === 'number') {
        bytes += size;
      } else {
        return size;
      }
      if (bytes > maxBytes) return tooLarge('too many bytes');
    }
  }
  return bytes;
};
