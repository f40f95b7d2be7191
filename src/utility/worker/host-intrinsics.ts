/**
 * Host functions for touching guest objects, uncurried before any guest exists. Looking a method up on a
 * guest object would let the guest's prototypes receive host objects; these look nothing up.
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
const set = typedArrayIntrinsic('set', 'value');
const HostUint8Array = Uint8Array;

/** Bytes of a genuine Uint8Array of any realm, or -1. Reads internal slots only, so nothing can lie. */
export const guestByteLength = (value: unknown): number => {
  if (apply(tag, value, []) !== 'Uint8Array') return -1;
  const length = apply(byteLength, value, []);
  return typeof length === 'number' ? length : -1;
};

/** Host bytes from a genuine guest Uint8Array (see guestByteLength). */
export const copyFromGuest = (bytes: unknown, length: number): Uint8Array => {
  const copy = new HostUint8Array(length);
  apply(set, copy, [bytes]);
  return copy;
};

/** Fills guest bytes with host bytes of the same length. */
export const copyToGuest = (target: unknown, bytes: Uint8Array): void => {
  if (guestByteLength(target) !== bytes.byteLength) throw new Error('the guest gave no memory');
  apply(set, target, [bytes]);
};
