/** What the parts of the window share; made once, in main.ts. */
import { inject, ref, type InjectionKey, type Ref } from 'vue';
import type { WindowApi } from '../../shared/ipc/api.ts';
import type { AppInfo } from '../../shared/ipc/app.ts';
import type { ConsoleStore } from '../console/console-store.ts';
import type { GuestFrames } from '../console/output/guest-frames.ts';
import type { RuntimeStore } from '../settings/runtime-store.ts';
import type { SandboxStore } from './sandbox-store.ts';
import type { SettingsStore } from './settings-store.ts';

export const PLACES = ['console', 'packages', 'activity', 'settings'] as const;
export type Place = (typeof PLACES)[number];

/** A short message at the window's edge; it goes by itself. */
export interface Toast {
  readonly id: number;
  readonly text: string;
  readonly tone: 'calm' | 'danger';
}

export interface Services {
  readonly api: WindowApi;
  readonly settings: SettingsStore;
  readonly sandbox: SandboxStore;
  readonly console: ConsoleStore;
  readonly frames: GuestFrames;
  readonly runtime: RuntimeStore;
  readonly info: Readonly<Ref<AppInfo | null>>;
  readonly place: Ref<Place>;
  readonly toasts: Toasts;
}

const SHOWN_MS = 6000;

export class Toasts {
  readonly shown: Ref<readonly Toast[]> = ref([]);
  #count = 0;

  show(text: string, tone: Toast['tone'] = 'calm'): void {
    this.#count += 1;
    const toast = { id: this.#count, text, tone };
    this.shown.value = [...this.shown.value, toast].slice(-3);
    setTimeout(() => this.dismiss(toast.id), SHOWN_MS);
  }

  dismiss(id: number): void {
    this.shown.value = this.shown.value.filter((toast) => toast.id !== id);
  }
}

export const SERVICES: InjectionKey<Services> = Symbol('services');

/** @throws Error outside of the app */
export const useServices = (): Services => {
  const services = inject(SERVICES);
  if (services === undefined) throw new Error('the app provides no services');
  return services;
};
