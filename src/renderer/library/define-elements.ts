import { createApp, h, ref, watch, type App } from 'vue';
import { config as zodConfig } from 'zod';
import type { PythonSettingsApi } from '../../shared/ipc/library/python-settings-api.ts';
import { SettingsStore } from '../app/settings-store.ts';
import OpenQuestions from '../questions/OpenQuestions.vue';
import { PYTHON_SERVICES, type PythonServices } from '../settings/python-services.ts';
import { RuntimeStore } from '../settings/runtime-store.ts';
import { findInterpreter, findQuestions, partOf } from './page-api.ts';
import SettingsElement from './SettingsElement.vue';
import { elementOf } from './vue-element.ts';

/** Told by `<vivarium-settings>` when they were read, and after each change; `detail` has `enabled`, `runtime`, `binpath`. */
const CHANGE_EVENT = 'vivarium-settings';

const settingsContent = (element: HTMLElement): App => {
  const { config, ...api } = partOf(globalThis, 'settings', 'config') as PythonSettingsApi;
  const settings = new SettingsStore(config);
  watch(settings.config, ({ plugins }) =>
    element.dispatchEvent(new CustomEvent(CHANGE_EVENT, { detail: plugins.python, bubbles: true })),
  );
  const message = ref('');
  const services: PythonServices = {
    api,
    settings,
    runtime: new RuntimeStore(findInterpreter(), api.packages),
    toasts: { show: (text) => (message.value = text) },
  };
  return createApp({ render: () => h(SettingsElement, { message: message.value }) }).provide(
    PYTHON_SERVICES,
    services,
  );
};

const questionsContent = (): App => createApp(OpenQuestions, { questions: findQuestions() });

/**
 * Defines `<vivarium-settings>` and `<vivarium-questions>` in this page. May be called again.
 *
 * @throws Error where the page was given nothing by `registerInterpreter`, once an element is put into it
 */
export const defineElements = (): void => {
  // Otherwise zod tests whether code generation is allowed, which violates the page's policy and is reported.
  zodConfig({ jitless: true });
  for (const [name, content] of [
    ['vivarium-settings', settingsContent],
    ['vivarium-questions', questionsContent],
  ] as const) {
    if (customElements.get(name) === undefined) customElements.define(name, elementOf(content));
  }
};
