import { createApp, ref, shallowRef, watchEffect } from 'vue';
import { config as zodConfig } from 'zod';
import './app/tokens.css';
import './app/elements.css';
import './app/base.css';
import './console/output/texts/ansi.css';
import type { WindowApi } from '../shared/ipc/api.ts';
import type { AppInfo } from '../shared/ipc/app.ts';
import { languageTraits } from '../shared/languages.ts';
import App from './app/App.vue';
import { SandboxStore } from './app/sandbox-store.ts';
import { SERVICES, Toasts, type ViewName, type Services } from './app/services.ts';
import { SettingsStore } from './app/settings-store.ts';
import { createTranslation, TRANSLATION } from './app/translation.ts';
import { ConsoleStore } from './console/console-store.ts';
import { DocumentFiles } from './console/documents/document-files.ts';
import { DocumentQueue } from './console/documents/document-queue.ts';
import { Finder } from './console/find/finder.ts';
import { ModuleNames } from './console/module-names.ts';
import { loadWork, restoreWork, WorkReader, type WorkNotice } from './console/work/restore-work.ts';
import { WorkSaver } from './console/work/work-saver.ts';
import { Canvases } from './console/model/animations/canvases.ts';
import { MAX_ELEMENTS } from './console/model/drawn-size.ts';
import { FrameSlots } from './console/model/frame-slots.ts';
import { GuestFrames } from './console/output/guest-frames.ts';
import { PYTHON_SERVICES } from './settings/python-services.ts';
import { RuntimeStore } from './settings/runtime-store.ts';

declare global {
  interface Window {
    readonly api: WindowApi;
  }
}

// Otherwise zod tests whether code generation is allowed, which the page's policy refuses.
zodConfig({ jitless: true });

const { api } = window;
const settings = new SettingsStore(api.config);
const sandbox = new SandboxStore(api.sandbox);
const info = shallowRef<AppInfo | null>(null);
const uniqueName = (): string => crypto.randomUUID().slice(0, 8);

// Mounted after the settings are known, so that language and theme do not change at once.
await settings.load();
void sandbox.load();
void api.app.info().then((answer) => {
  if (answer.ok) info.value = answer.value;
});

watchEffect(() => {
  const { language, theme } = settings.config.value.general;
  document.documentElement.lang = language;
  document.documentElement.dir = languageTraits(language).direction;
  document.documentElement.dataset['theme'] = theme;
});

const store = new ConsoleStore({
  api: api.sandbox,
  work: api.work,
  config: () => settings.config.value,
  uniqueName,
});
const workNotices = shallowRef<readonly WorkNotice[]>([]);
const keeper = new WorkSaver(api.work, () => store.work);
const reader = new WorkReader(api.work, (notice) => {
  workNotices.value = [...workNotices.value, notice];
});

const services: Services = {
  api,
  settings,
  sandbox,
  console: store,
  finder: new Finder(store.active),
  work: { notices: workNotices, problem: keeper.problem },
  documents: new DocumentQueue(),
  documentFiles: new DocumentFiles(api.documents),
  frames: new GuestFrames(api.output),
  canvases: new Canvases(),
  drawn: new FrameSlots(MAX_ELEMENTS),
  runtime: new RuntimeStore(api.interpreter, api.packages),
  modules: new ModuleNames(api.packages),
  info,
  view: ref<ViewName>('console'),
  showsShortcuts: ref(false),
  toasts: new Toasts(),
};
createApp(App)
  .provide(TRANSLATION, createTranslation(settings.language))
  .provide(SERVICES, services)
  .provide(PYTHON_SERVICES, services)
  .mount('#app');

// The window is there meanwhile.
const { notices, ...restored } = await restoreWork(api.work, api.sandbox);
workNotices.value = notices;
store.restore(restored);
keeper.start();
await loadWork(reader, () => store.allCells, {
  onSource: (session) => keeper.noteSource(session),
  onCell: (cell) => keeper.noteRestored(cell),
});
