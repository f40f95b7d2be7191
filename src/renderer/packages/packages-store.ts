import { ref, shallowRef, type Ref } from 'vue';
import type { PackagesApi } from '../../shared/api.ts';
import type { PackageSourceInfo } from '../../shared/ipc/packages.ts';
import { packageRows, type PackageRow } from './model/package-rows.ts';

/** What is installed and what could be. */
export class PackagesStore {
  readonly #api: PackagesApi;
  readonly rows: Ref<readonly PackageRow[]> = shallowRef([]);
  readonly totalBytes = ref(0);
  readonly sources: Ref<readonly PackageSourceInfo[]> = shallowRef([]);
  readonly loaded = ref(false);
  readonly problem = ref('');

  constructor(api: PackagesApi) {
    this.#api = api;
  }

  async load(): Promise<void> {
    const [list, available, sources] = await Promise.all([
      this.#api.list(),
      this.#api.available(),
      this.#api.sources(),
    ]);
    const failed = [list, available, sources].find((answer) => !answer.ok);
    this.problem.value = failed?.ok === false ? failed.error.message : '';
    if (list.ok) this.totalBytes.value = list.value.totalBytes;
    if (sources.ok) this.sources.value = sources.value;
    this.rows.value = packageRows(available.ok ? available.value : [], list.ok ? list.value.packages : []);
    this.loaded.value = true;
  }
}
