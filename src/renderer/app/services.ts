/** Services that the parts of the window share; created once, in main.ts. */
import { inject, shallowRef, type InjectionKey, type Ref } from 'vue';
import type { WindowApi } from '../../shared/ipc/api.ts';
import type { AppInfo } from '../../shared/ipc/app.ts';
import type { ConsoleStore } from '../console/console-store.ts';
import type { DocumentFiles } from '../console/documents/document-files.ts';
import type { DocumentQueue } from '../console/documents/document-queue.ts';
import type { Finder } from '../console/find/finder.ts';
import type { ModuleNames } from '../console/module-names.ts';
import type { WorkNotice } from '../console/work/restore-work.ts';
import type { Canvases } from '../console/model/animations/canvases.ts';
import type { FrameSlots } from '../console/model/frame-slots.ts';
import type { GuestFrames } from '../console/output/guest-frames.ts';
import type { RuntimeStore } from '../settings/runtime-store.ts';
import type { SandboxStore } from './sandbox-store.ts';
import type { SettingsStore } from './settings-store.ts';

export const VIEWS = ['console', 'packages', 'activity', 'settings'] as const;
export type ViewName = (typeof VIEWS)[number];

/** An action that is offered with the message. */
export interface ToastAction {
  readonly label: string;
  readonly run: () => void;
}

/** A short message at the window's edge that disappears by itself. */
export interface Toast {
  readonly id: number;
  readonly text: string;
  readonly tone: 'calm' | 'danger';
  readonly action: ToastAction | null;
  /** What it tells of; null when nothing else ends that. */
  readonly subject: object | null;
}

/** Which work was restored, and whether changes are being saved. */
export interface KeptWorkState {
  readonly notices: Readonly<Ref<readonly WorkNotice[]>>;
  /** Why the last changes are not on disk; null when they are. */
  readonly problem: Readonly<Ref<string | null>>;
}

export interface Services {
  readonly api: WindowApi;
  readonly settings: SettingsStore;
  readonly sandbox: SandboxStore;
  readonly console: ConsoleStore;
  readonly finder: Finder;
  readonly work: KeptWorkState;
  readonly documents: DocumentQueue;
  readonly documentFiles: DocumentFiles;
  readonly frames: GuestFrames;
  readonly canvases: Canvases;
  /** Where outputs of many elements are drawn. */
  readonly drawn: FrameSlots;
  readonly runtime: RuntimeStore;
  readonly modules: ModuleNames;
  readonly info: Readonly<Ref<AppInfo | null>>;
  readonly view: Ref<ViewName>;
  readonly showsShortcuts: Ref<boolean>;
  readonly toasts: Toasts;
}

const SHOWN_MS = 6000;
/** How long a message with an action is shown, in ms. */
const SHOWN_WITH_ACTION_MS = 12_000;

export class Toasts {
  readonly shown: Ref<readonly Toast[]> = shallowRef([]);
  readonly #held = new Set<number>();
  #count = 0;

  show(
    text: string,
    tone: Toast['tone'] = 'calm',
    action: ToastAction | null = null,
    subject: object | null = null,
  ): number {
    this.#count += 1;
    const toast = { id: this.#count, text, tone, action, subject };
    this.shown.value = [...this.shown.value, toast].slice(-3);
    this.#dismissLater(toast);
    return toast.id;
  }

  /** Keeps the message while it has the focus or the pointer. */
  hold(id: number): void {
    this.#held.add(id);
  }

  release(id: number): void {
    this.#held.delete(id);
  }

  #dismissLater(toast: Toast): void {
    setTimeout(
      () => {
        if (this.#held.has(toast.id)) this.#dismissLater(toast);
        else this.dismiss(toast.id);
      },
      toast.action === null ? SHOWN_MS : SHOWN_WITH_ACTION_MS,
    );
  }

  /** It is not so any more, whoever changed it. */
  dismissAbout(subject: object): void {
    for (const toast of this.shown.value) if (toast.subject === subject) this.dismiss(toast.id);
  }

  dismiss(id: number): void {
    this.#held.delete(id);
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
