import { inject, type InjectionKey } from 'vue';
import type { PythonSettingsApi } from '../../shared/ipc/library/python-settings-api.ts';
import type { Toasts } from '../app/services.ts';
import type { SettingsStore } from '../app/settings-store.ts';
import type { RuntimeStore } from './runtime-store.ts';

/** Services that the Python settings need from their page, which may belong to another app. */
export interface PythonServices {
  readonly api: Omit<PythonSettingsApi, 'config'>;
  readonly settings: SettingsStore;
  readonly runtime: RuntimeStore;
  readonly toasts: { show(...given: Parameters<Toasts['show']>): unknown };
}

export const PYTHON_SERVICES: InjectionKey<PythonServices> = Symbol('python services');

/** @throws Error where the page provides none */
export const usePythonServices = (): PythonServices => {
  const services = inject(PYTHON_SERVICES);
  if (services === undefined) throw new Error('the page provides no services for the settings of Python');
  return services;
};
