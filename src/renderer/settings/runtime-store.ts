import { onScopeDispose, ref, shallowRef, type Ref } from 'vue';
import type { InterpreterApi } from '../../shared/ipc/api.ts';
import { PYODIDE_DOWNLOAD_TASK, type TaskProgress } from '../../shared/ipc/packages.ts';
import type { StoredPythonApi } from '../../shared/ipc/library/python-settings-api.ts';

export type Download =
  | { readonly name: 'none' }
  | { readonly name: 'running'; readonly progress: TaskProgress | null }
  | { readonly name: 'done' }
  | { readonly name: 'failed'; readonly reason: string };

/** Whether the embedded Python's packages are on this computer, and their download. */
export class RuntimeStore {
  readonly #interpreter: InterpreterApi;
  readonly #packages: StoredPythonApi;
  /** Null until it is known. */
  readonly cached: Ref<boolean | null> = ref(null);
  /** Everything on disk, in bytes. */
  readonly bytes: Ref<number | null> = ref(null);
  readonly download: Ref<Download> = shallowRef({ name: 'none' });

  constructor(interpreter: InterpreterApi, packages: StoredPythonApi) {
    this.#interpreter = interpreter;
    this.#packages = packages;
    const end = packages.onProgress((progress) => {
      if (progress.taskId === PYODIDE_DOWNLOAD_TASK && this.download.value.name === 'running') {
        this.download.value = { name: 'running', progress };
      }
    });
    onScopeDispose(end, true);
  }

  async load(): Promise<void> {
    const [cached, list] = await Promise.all([this.#interpreter.isPyodideCached(), this.#packages.list()]);
    this.cached.value = cached;
    if (list.ok) this.bytes.value = list.value.totalBytes;
  }

  async fetch(): Promise<void> {
    if (this.download.value.name === 'running') return;
    this.download.value = { name: 'running', progress: null };
    const answer = await this.#interpreter.downloadPyodide();
    this.download.value = answer.success ? { name: 'done' } : { name: 'failed', reason: answer.error };
    await this.load();
  }

  async cancel(): Promise<void> {
    await this.#packages.cancel(PYODIDE_DOWNLOAD_TASK);
  }

  /** False when it could not be removed. */
  async remove(): Promise<boolean> {
    const removed = await this.#interpreter.clearPyodideCache();
    this.download.value = { name: 'none' };
    await this.load();
    return removed;
  }
}
