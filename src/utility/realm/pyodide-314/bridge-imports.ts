/**
 * JavaScript functions that WebAssembly may call, in Pyodide 314. Emscripten has 1370 for what it links: the main module
 * imports 268 of them, and a shared library may import any. All are gone but those that are kept here.
 */
import { setPrototypeOf } from '../platform/seal-realm.ts';
import { checkLibrary } from './library-limits.ts';

const words = (text: string): string[] => text.trim().split(/\s+/u);

/** What they do is left as it is. They take and give numbers only, and read and write the guest's memory. */
export const ALLOWED_IMPORTS: ReadonlySet<string> = new Set([
  // Files, folders and pipes of Emscripten's file system, which is in memory.
  ...words(`fd_close fd_read fd_write fd_sync fd_seek fd_pread fd_pwrite fd_fdstat_get
    __syscall_openat __syscall_fcntl64 __syscall_ioctl __syscall_dup __syscall_dup3 __syscall_pipe __syscall_poll
    __syscall_stat64 __syscall_lstat64 __syscall_fstat64 __syscall_newfstatat __syscall_statfs64 __syscall_fstatfs64
    __syscall_faccessat __syscall_chmod __syscall_fchmod __syscall_fchmodat2 __syscall_fchown32 __syscall_fchownat
    __syscall_utimensat __syscall_truncate64 __syscall_ftruncate64 __syscall_fallocate __syscall_fadvise64
    __syscall_fdatasync __syscall_getcwd __syscall_chdir __syscall_fchdir __syscall_getdents64 __syscall_mkdirat
    __syscall_mknodat __syscall_rmdir __syscall_unlinkat __syscall_renameat __syscall_symlinkat __syscall_readlinkat`),
  // The environment and the name of the program.
  ...words('environ_get environ_sizes_get _emscripten_get_progname'),
  // Memory, and files that are mapped into it.
  ...words('emscripten_resize_heap emscripten_get_heap_max _mmap_js _munmap_js _msync_js'),
  // Clocks, the time zone, randomness.
  ...words('clock_time_get clock_res_get emscripten_date_now emscripten_get_now random_get'),
  ...words('_tzset_js _timegm_js _mktime_js _gmtime_js _localtime_js'),
  // Calls through the table of functions: Python's methods with too few parameters, signal handlers, interrupts.
  ...words('_PyEM_TrampolineCall_JS __call_sighandler _Py_CheckEmscriptenSignals_Helper'),
  // Extension modules: `dlopen` and `dlsym`.
  ...words('_dlopen_js _dlsym_js'),
  // ctypes: calls of C functions, and Python functions that C calls.
  ...words('ffi_call_js ffi_closure_alloc_js ffi_closure_free_js ffi_prep_closure_loc_js'),
  // The end: `exit`, `abort`, failed assertions of C code, and that Python's `main` is not the end.
  ...words('exit proc_exit _abort_js __assert_fail'),
  ...words('emscripten_runtime_keepalive_push _emscripten_runtime_keepalive_clear'),
]);

const PERMISSION_DENIED = -2;
const NOT_IMPLEMENTED = -52;
const NAME_SERVER_SILENT = -3;

type Answer = (...values: unknown[]) => number | null;

const answering =
  (value: number | null): Answer =>
  () =>
    value;

const all = (names: string, answer: Answer): [string, Answer][] => words(names).map((name) => [name, answer]);

/**
 * What ordinary Python can call, and has no use here: answered without JavaScript, as Linux answers a process that has
 * not the right.
 */
export const STUBBED_IMPORTS: ReadonlyMap<string, Answer> = new Map([
  // There are no sockets.
  ...all('__syscall_socket', answering(PERMISSION_DENIED)),
  ...all(
    `__syscall_accept4 __syscall_bind __syscall_connect __syscall_getpeername __syscall_getsockname
    __syscall_getsockopt __syscall_listen __syscall_recvfrom __syscall_recvmsg __syscall_sendmsg __syscall_sendto`,
    answering(PERMISSION_DENIED),
  ),
  // Whether a descriptor is a socket that can wait in JavaScript: it is none.
  ...all('_maybe_connect_async _maybe_recvfrom_async _maybe_sendto_async _maybe_poll_async', answering(null)),
  ...all('_try_fcntl64 _try_shutdown', answering(0)),
  // No names of hosts, nor of protocols.
  ...all('getaddrinfo getnameinfo', answering(NAME_SERVER_SILENT)),
  ...all('_emscripten_lookup_name getprotobyname', answering(0)),
  // `os.system`: with no command, whether there is a shell.
  ['_emscripten_system', (command) => (command === 0 ? 0 : NOT_IMPLEMENTED)],
  // Everyone is root in the file system.
  ...all('__syscall_getuid32_js __syscall_umask_js', answering(0)),
  // `time.sleep` and others ask whether they could wait for a promise.
  ...all('can_run_sync_js', answering(0)),
  // `signal.setitimer` and `signal.alarm`: nothing rings while code runs.
  ...all('_setitimer_js', answering(0)),
  // The engine's name, for `sys`.
  ...all('_Py_emscripten_runtime', answering(0)),
  // A constructor of Pyodide's, for the references that Python would hold.
  ...all('__hiwire_deduplicate_new', answering(null)),
]);

type Texts = readonly (readonly [parameter: number, offset: number])[];

const withTexts = (names: string, texts: Texts): [string, Texts][] =>
  words(names).map((name) => [name, texts]);

/**
 * Which parameters of what is kept are texts, and where in memory such a text begins beside the address that is given.
 * JavaScript would take a text of any length, and split it: an array of some hundred million parts is the end of the
 * whole process.
 */
const TEXTS: ReadonlyMap<string, Texts> = new Map([
  ...withTexts(
    `__syscall_stat64 __syscall_lstat64 __syscall_statfs64 __syscall_chmod __syscall_truncate64 __syscall_chdir
    __syscall_rmdir`,
    [[0, 0]],
  ),
  ...withTexts(
    `__syscall_openat __syscall_newfstatat __syscall_faccessat __syscall_fchmodat2 __syscall_fchownat
    __syscall_utimensat __syscall_mkdirat __syscall_mknodat __syscall_unlinkat __syscall_readlinkat _dlsym_js`,
    [[1, 0]],
  ),
  ...withTexts('__syscall_renameat', [
    [1, 0],
    [3, 0],
  ]),
  ...withTexts('__syscall_symlinkat', [
    [0, 0],
    [2, 0],
  ]),
  // The name of the library is in the linker's own record of it.
  ...withTexts('_dlopen_js', [[0, 36]]),
]);

/**
 * Which parameter of ctypes' functions is the record of a call (`ffi_cif`). JavaScript would make a list of as many
 * arguments as that says.
 */
const CALL_RECORDS: ReadonlyMap<string, number> = new Map([
  ['ffi_call_js', 0],
  ['ffi_prep_closure_loc_js', 1],
]);

/** Where in such a record the numbers of all arguments and of those that are not variadic are, in bytes. */
const ARGUMENT_COUNTS = [4, 24];
/** ctypes' own limit. */
const MAX_ARGUMENTS = 1024;

/** Linux's, with the zero at the end. */
const MAX_TEXT_BYTES = 4096;
const NAME_TOO_LONG = -37;
/** What the linker's functions give when there is no such library or symbol. */
const NOT_FOUND = 0;

/** What Emscripten's main module is instantiated with. Shared libraries are linked from `env`, too. */
interface ModuleImports {
  readonly env: Record<string, unknown>;
}

/** Objects of Emscripten's in which its linker looks names up that the guest chooses. */
interface LinkerTables {
  readonly GOT: object;
  readonly LDSO: { readonly loadedLibsByName: object };
  readonly preloadedWasm: object;
  /** Slots of the table of functions that ctypes has given back. */
  readonly freeTableIndexes: number[];
  readonly wasmTable: { readonly length: number };
}

/** A function as Emscripten's linker wants it. */
type Linkable = Answer & { sig?: string };

/** Names that every object of JavaScript has, and one that it has outside of a sealed realm. */
const INHERITED: ReadonlySet<string> = new Set([
  ...Object.getOwnPropertyNames(Object.prototype),
  '__proto__',
]);

const refusalOf = (name: string): Error =>
  new Error(
    `JavaScript is not available in this sandbox, and the code called a function of it (${name}) from WebAssembly`,
  );

/**
 * Takes all away that is not kept. To be called before the main module is instantiated: so neither it nor a library nor
 * the table of functions, which Emscripten fills from `env`, ever has any of it.
 *
 * @param onCall told, before it is thrown, of a call of what is gone: the guest's WebAssembly can catch what is thrown
 * @param memoryOf the module's memory, once it is there
 */
export const filterImports = (
  { env }: ModuleImports,
  onCall: (refusal: Error) => void,
  memoryOf: () => Uint8Array,
): void => {
  const refuse = (name: string): never => {
    const refusal = refusalOf(name);
    onCall(refusal);
    throw refusal;
  };
  for (const [name, original] of Object.entries(env)) {
    if (typeof original !== 'function' || ALLOWED_IMPORTS.has(name)) continue;
    const replaced: Linkable = STUBBED_IMPORTS.get(name) ?? ((): never => refuse(name));
    const { sig } = original as Linkable;
    env[name] =
      sig === undefined ? replaced : Object.assign((...values: unknown[]) => replaced(...values), { sig });
  }
  for (const [name, texts] of TEXTS) {
    const original = env[name] as Linkable;
    const tooLong = name.startsWith('__syscall_') ? NAME_TOO_LONG : NOT_FOUND;
    const bounded: Linkable = (...values) => {
      for (const [parameter, offset] of texts) {
        const start = (Number(values[parameter]) >>> 0) + offset;
        if (
          !memoryOf()
            .subarray(start, start + MAX_TEXT_BYTES)
            .includes(0)
        )
          return tooLong;
      }
      return original(...values);
    };
    const { sig } = original;
    env[name] = sig === undefined ? bounded : Object.assign(bounded, { sig });
  }
  for (const [name, parameter] of CALL_RECORDS) {
    const original = env[name] as Linkable;
    const bounded: Linkable = (...values) => {
      const memory = memoryOf();
      const view = new DataView(memory.buffer, memory.byteOffset, memory.byteLength);
      for (const offset of ARGUMENT_COUNTS) {
        // Throws where there is no memory.
        if (view.getUint32((Number(values[parameter]) >>> 0) + offset, true) > MAX_ARGUMENTS)
          throw new Error('a function was to be called with too many arguments by ctypes');
      }
      return original(...values);
    };
    env[name] = Object.assign(bounded, { sig: original.sig });
  }
  // The linker takes what every object has for functions to import, and would give a library the realm's `Object`.
  for (const name of INHERITED) {
    Object.defineProperty(env, name, { value: () => refuse(name), enumerable: false });
  }
};

/**
 * Has libraries import from what the linker names, and from nothing else. It gives the engine a plain object, in which
 * the engine looks up whatever module a library names: `constructor` would be the realm's `Object`, whose functions
 * alone are enough to reach everything in the realm.
 */
const bareInstances = (): void => {
  const Original = WebAssembly.Instance;
  const Bare = function Bare(module: object, imports: LibraryImports): object {
    return new Original(module, setPrototypeOf({ ...imports }, null) as LibraryImports);
  };
  Bare.prototype = Original.prototype;
  WebAssembly.Instance = Bare as unknown as typeof Original;
};

const bytesOf = (source: ArrayBufferView | ArrayBuffer): Uint8Array =>
  ArrayBuffer.isView(source)
    ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
    : new Uint8Array(source);

/** Has every module that is made from now on checked. */
const checkedModules = (): void => {
  const Original = WebAssembly.Module;
  const Checked = function Checked(source: ArrayBufferView | ArrayBuffer): object {
    checkLibrary(bytesOf(source));
    return new Original(source);
  };
  Checked.prototype = Original.prototype;
  Checked.customSections = Original.customSections;
  WebAssembly.Module = Checked as unknown as typeof Original;
};

/** A guest can give the same slot back again and again: there are never more free ones than slots. */
const boundFreeSlots = ({ freeTableIndexes, wasmTable }: LinkerTables): void => {
  const { push } = Array.prototype;
  Object.defineProperty(freeTableIndexes, 'push', {
    value: (...slots: number[]) => {
      if (freeTableIndexes.length + slots.length > wasmTable.length)
        throw new Error('functions were given back that were never made');
      return push.apply(freeTableIndexes, slots);
    },
  });
};

/** Lets the linker find nothing in its tables that was not put there, and libraries nothing beside them. */
export const sealLinker = (tables: LinkerTables): void => {
  const { GOT, LDSO, preloadedWasm } = tables;
  for (const table of [GOT, LDSO.loadedLibsByName, preloadedWasm]) setPrototypeOf(table, null);
  bareInstances();
  checkedModules();
  boundFreeSlots(tables);
};
