/** Escapes in plain Python. The last line that each prints is its verdict. */

/** What an attacker gets hold of first. */
export const PRELUDE = `
import pyodide_js
from pyodide.ffi import create_proxy, to_js, JsException, JsProxy
Array = to_js([]).constructor
Function = Array.constructor
Object = pyodide_js._api.runtimeEnv.constructor
try: Function('x')
except JsException as error: Error = Object.getPrototypeOf(error.constructor)
Promise = pyodide_js._api.lockFilePromise.constructor
def foreign(value): return isinstance(value, JsProxy) and not Object.prototype.isPrototypeOf(value)
`;

export interface Escape {
  readonly name: string;
  readonly code: string;
  readonly prints: string;
}

const escape = (name: string, prints: string, code: string): Escape => ({
  name,
  code: `${PRELUDE}${code}`,
  prints,
});

export const ESCAPES: readonly Escape[] = [
  escape(
    'the Function constructor makes no code',
    'EvalError False',
    `
try: Function('return this')()
except JsException as error: print(error.name, foreign(error))
`,
  ),
  escape(
    'import() left in the bundle: no loader of modules gives an error of the host',
    'False True',
    `
leaks = []
async def attempt(make):
    try: await make()
    except BaseException as error: leaks.append(foreign(error))
api, module = pyodide_js._api, pyodide_js._module
await attempt(lambda: api.loadDynlib('/x.so', False))
await attempt(lambda: pyodide_js.loadPackage('numpy'))
await attempt(lambda: pyodide_js.loadPackage('node:fs'))
await attempt(lambda: pyodide_js.mountNativeFS('/x', to_js({})))
await attempt(lambda: pyodide_js.mountNodeFS('/x', '/'))
await attempt(lambda: pyodide_js.useNodeSockFS())
await attempt(lambda: api.initializeNodeSockFS())
await attempt(lambda: api.loadBinaryFile('/etc/passwd'))
await attempt(lambda: module.asyncLoad('/etc/passwd'))
print(any(leaks), Object.isFrozen(api.runtimeEnv))
`,
  ),
  escape(
    'call sites: nobody asks Error.prepareStackTrace',
    '0',
    `
asked = []
Error.prepareStackTrace = create_proxy(lambda error, sites: asked.append(sites))
Error.stackTraceLimit = 100
try: Function('x')
except JsException as error: error.stack
Error.new('x').stack
try: to_js([]).at.call(None)
except JsException as error: error.stack
print(len(asked))
`,
  ),
  escape(
    'no error tells a path or a function of the host',
    '[]',
    `
texts = []
Error.stackTraceLimit = 100
for act in (lambda: Function('x'), lambda: Error.captureStackTrace(1), lambda: Array.new(-1), lambda: pyodide_js.FS.open('/x')):
    try: act()
    except BaseException as error: texts.append(str(error) + str(getattr(error, 'stack', '')))
import os, sys
texts += [str(os.environ), str(sys.path), str(sys.argv), sys.executable, __file__]
print([part for part in ('node:', '[worker', '/root', '/home/runner', '/usr/bin', 'evalmachine', 'out/utility', 'node_modules') if part in ''.join(texts)])
`,
  ),
  escape(
    'no function of the bundle hands out its arguments or its caller',
    'True 0',
    `
functions = [value for value in Object.values(pyodide_js._module) if isinstance(value, JsProxy)
  and value.typeof == 'function' and '[native code]' not in Function.prototype.toString.call(value)]
print(len(functions) > 100, sum(bool(Object.hasOwn(function, 'arguments')) for function in functions))
`,
  ),
  escape(
    'what is no memory, or a lying one, is not written',
    'survived',
    `
U = pyodide_js._module.HEAPU8.constructor
lying = U.new(8)
Object.defineProperty(lying, 'length', to_js({'value': 1 << 30}, dict_converter=Object.fromEntries))
Object.defineProperty(lying, 'byteLength', to_js({'value': 1 << 30}, dict_converter=Object.fromEntries))
for fake in (lying, to_js({'length': 5}, dict_converter=Object.fromEntries), Object.create(U.prototype)):
    try: pyodide_js.FS.write(pyodide_js.FS.streams[2], fake, 0, 4)
    except BaseException: pass
print('survived')
`,
  ),
  escape(
    'rejections that nobody handles leave the interpreter alone',
    'alive []',
    `
import asyncio
seen = []
bait = to_js({}, dict_converter=Object.fromEntries)
for name in ('stack', 'name', 'message'):
    getter = create_proxy(lambda: seen.append('get') or 'x')
    Object.defineProperty(bait, name, to_js({'get': getter}, dict_converter=Object.fromEntries))
Error.prepareStackTrace = create_proxy(lambda error, sites: seen.append(foreign(sites)))
Promise.reject(bait)
Promise.reject(Error.new('x'))
Promise.reject(1)
await asyncio.sleep(0.05)
print('alive', seen)
`,
  ),
  escape(
    'a rejected promise: Node finds nothing of the guest on it, and the guest learns nothing of Node',
    '[] [] foreign: False',
    `
obj = lambda **k: to_js(k, dict_converter=Object.fromEntries)
learned, seen, chosen = [], to_js([]), []
hook = create_proxy(lambda *given: learned.append(str(given[0])) if given else None)
watch = pyodide_js._api.LiteralMap.new()
watches = [watch, create_proxy({}), create_proxy(lambda *given: None), obj(get=hook)]
def rejected(change):
    box = []
    promise = Promise.new(create_proxy(lambda resolve, reject: box.append(reject)))
    try: change(promise)
    except BaseException: pass
    if not Promise.prototype.isPrototypeOf(promise): chosen.append('prototype')
    box[0](1)
def setter(promise, watch): promise.__proto__ = watch
changes = [
  lambda promise, watch: Object.setPrototypeOf(promise, watch),
  setter,
  lambda promise, watch: Object.assign(promise, Object.fromEntries(to_js([['__proto__', watch]]))),
  lambda promise, watch: Object.getOwnPropertyDescriptor(Object.prototype, '__proto__').set.call(promise, watch),
  lambda promise, watch: Object.prototype.__lookupSetter__('__proto__').call(promise, watch),
  lambda promise, watch: Object.defineProperty(promise, '__proto__', obj(value=watch)),
  lambda promise, watch: Object.setPrototypeOf(Promise.prototype, watch),
  lambda promise, watch: setter(Promise.prototype, watch),
]
for change in changes:
    for each in watches: rejected(lambda promise: change(promise, each))
print([name for name in learned if name.startswith('Symbol(') and 'Symbol.' not in name], chosen, 'foreign:', any(foreign(value) for value in seen))
`,
  ),
  escape(
    'a class for promises: the engine makes them with no other prototype',
    '[] 0',
    `
species = [symbol for symbol in Object.getOwnPropertySymbols(Promise) if 'species' in symbol.toString()][0]
obj = lambda **k: to_js(k, dict_converter=Object.fromEntries)
learned, made = [], []
hook = create_proxy(lambda *given: learned.append(str(given[0])) if given else None)
target = pyodide_js._api.LiteralMap
target.prototype.get = hook
classes = [target, create_proxy(lambda *given: None), Function.prototype.bind.call(Promise, None), Array]
for each in classes:
    try: Object.defineProperty(each, 'prototype', obj(value=target.new()))
    except BaseException: pass
    holder = obj()
    try:
        Object.defineProperty(holder, species, obj(value=each))
        promise = Promise.resolve(1)
        Object.defineProperty(promise, 'constructor', obj(value=holder))
        made.append(promise.then(create_proxy(lambda value: 1 / 0)))
    except BaseException: pass
    for name in ('reject', 'resolve', 'withResolvers', 'all'):
        try: made.append(getattr(Promise, name).call(each, to_js([])))
        except BaseException: pass
other = [one for one in made if isinstance(one, JsProxy) and not Promise.prototype.isPrototypeOf(one)
  and str(Object.prototype.toString.call(one)) == '[object Promise]']
import asyncio
await asyncio.sleep(0.05)
print([name for name in learned if name.startswith('Symbol(') and 'Symbol.' not in name], len(other))
`,
  ),
];
