import { ref, shallowRef, type Ref } from 'vue';
import type { ApiError } from '../../shared/ipc/answer.ts';
import type { PackagesApi, SandboxApi } from '../../shared/ipc/api.ts';
import type { PackageSourceInfo } from '../../shared/packages/package-source.ts';
import { packageRows, type PackageRow } from './model/package-rows.ts';

/** What is installed and what could be. */
export class PackagesStore {
  readonly #api: PackagesApi;
  readonly #sandbox: Pick<SandboxApi, 'packages'>;
  readonly #session: () => string;
  readonly rows: Ref<readonly PackageRow[]> = shallowRef([]);
  readonly totalBytes = ref(0);
  readonly sources: Ref<readonly PackageSourceInfo[]> = shallowRef([]);
  readonly loaded = ref(false);
  readonly problem: Ref<ApiError | null> = shallowRef(null);

  /** @param session name of the one that the console shows */
  constructor(api: PackagesApi, sandbox: Pick<SandboxApi, 'packages'>, session: () => string) {
    this.#api = api;
    this.#sandbox = sandbox;
    this.#session = session;
  }

  async load(): Promise<void> {
    const [list, available, sources, inSession] = await Promise.all([
      this.#api.list(),
      this.#api.available(),
      this.#api.sources(),
      this.#sandbox.packages(this.#session()),
    ]);
    const failed = [list, available, sources, inSession].find((answer) => !answer.ok);
    this.problem.value = failed?.ok === false ? failed.error : null;
    if (list.ok) this.totalBytes.value = list.value.totalBytes;
    if (sources.ok) this.sources.value = sources.value;
    this.rows.value = packageRows(
      available.ok ? available.value : [],
      list.ok ? list.value.packages : [],
      inSession.ok ? inSession.value : [],
    );
    this.loaded.value = true;
  }
}
