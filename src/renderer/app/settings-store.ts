import { computed, onScopeDispose, ref, shallowRef, type Ref } from 'vue';
import type { PythonSettingsApi } from '../../shared/ipc/library/python-settings-api.ts';
import { Config, type ConfigNotice } from '../../shared/config/config.ts';
import { traitsOf, type PythonRuntime, type RuntimeTraits } from '../../shared/runtimes.ts';
import type { Language } from '../../shared/languages.ts';
import type { ApiError } from '../../shared/ipc/answer.ts';
import type { SettingName, SettingsNow, SettingValues } from '../../shared/ipc/config.ts';

/** The settings as main has them; changes are sent to main first. */
export class SettingsStore {
  readonly #api: PythonSettingsApi['config'];
  readonly config: Ref<Config> = shallowRef(Config.parse({}));
  readonly notices: Ref<readonly ConfigNotice[]> = shallowRef([]);
  /** Number of changes saved from this window, so that "Saved" can be shown for each. */
  readonly saves = ref(0);
  readonly runtime = computed<PythonRuntime>(() => this.config.value.plugins.python.runtime);
  /** The traits of the runtime that runs of the console go to. */
  readonly traits = computed<RuntimeTraits>(() => traitsOf(this.runtime.value));
  readonly language = computed<Language>(() => this.config.value.general.language);

  constructor(api: PythonSettingsApi['config']) {
    this.#api = api;
    // The app's own is there as long as the page, and is made outside of any scope.
    onScopeDispose(
      api.onChange((changed) => this.#take(changed)),
      true,
    );
  }

  async load(): Promise<ApiError | null> {
    const answer = await this.#api.get();
    if (!answer.ok) return answer.error;
    this.#take(answer.value);
    return null;
  }

  /** Null when the change was accepted; otherwise the reason for the refusal, and the old value stays. */
  async set<K extends SettingName>(name: K, value: SettingValues[K]): Promise<ApiError | null> {
    const answer = await this.#api.set(name, value);
    if (!answer.ok) return answer.error;
    this.#take(answer.value);
    if (answer.value.saved) this.saves.value += 1;
    return null;
  }

  #take({ config, notices }: SettingsNow): void {
    this.config.value = config;
    this.notices.value = notices;
  }
}
