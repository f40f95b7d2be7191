/**
 * Host functions that access guest objects, captured and uncurried before any guest exists. Looking up a method on a guest
 * object would pass host objects to the guest's prototypes; these functions look nothing up.
 */
const typedArrayPrototype = Object.getPrototypeOf(Uint8Array.prototype) as object;

type Intrinsic = (this: unknown, ...values: unknown[]) => unknown;

/** The accessor or method of that name on all typed arrays. */
const typedArrayIntrinsic = (name: string | symbol, kind: 'get' | 'value'): Intrinsic => {
  const descriptor: object = Object.getOwnPropertyDescriptor(typedArrayPrototype, name) ?? {};
  const intrinsic: unknown = Reflect.get(descriptor, kind);
  if (typeof intrinsic !== 'function') throw new Error(`typed arrays have no ${String(name)}`);
  return intrinsic as Intrinsic;
};

const apply = Reflect.apply;
const tag = typedArrayIntrinsic(Symbol.toStringTag, 'get');
const byteLength = typedArrayIntrinsic('byteLength', 'get');
const bufferOf = typedArrayIntrinsic('buffer', 'get');
const byteOffset = typedArrayIntrinsic('byteOffset', 'get');
const set = typedArrayIntrinsic('set', 'value');
const HostUint8Array = Uint8Array;

/** Length of a genuine Uint8Array of any realm in bytes, or -1. Reads internal slots only, which can't be forged. */
export const guestByteLength = (value: unknown): number => {
  if (apply(tag, value, []) !== 'Uint8Array') return -1;
  const length = apply(byteLength, value, []);
  return typeof length === 'number' ? length : -1;
};

/** The first bytes, as host bytes, of a genuine guest Uint8Array (see guestByteLength). */
export const copyFromGuest = (bytes: unknown, length: number): Uint8Array => {
  const buffer = apply(bufferOf, bytes, []) as ArrayBuffer;
  // A view by the host: `subarray` would ask the guest's array for its class.
  const view = new HostUint8Array(buffer, apply(byteOffset, bytes, []) as number, length);
  const copy = new HostUint8Array(length);
  apply(set, copy, [view]);
  return copy;
};

/** The guest's memory behind a genuine guest Uint8Array, seen through an array of the host's: not a copy. */
export const viewOfGuest = (bytes: unknown): Uint8Array =>
  new HostUint8Array(
    apply(bufferOf, bytes, []) as ArrayBuffer,
    apply(byteOffset, bytes, []) as number,
    guestByteLength(bytes),
  );

/** Fills guest bytes with host bytes of the same length. */
export const copyToGuest = (target: unknown, bytes: Uint8Array): void => {
  if (guestByteLength(target) !== bytes.byteLength) throw new Error('the guest gave no memory');
  apply(set, target, [bytes]);
};
