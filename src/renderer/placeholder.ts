import texts from '../../locales/en.json';
import type { WindowApi } from '../shared/api.ts';

declare global {
  interface Window {
    readonly api: WindowApi;
  }
}

const element = (name: 'h1' | 'p' | 'pre' | 'small', text: string): HTMLElement => {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
};

const show = async (): Promise<void> => {
  const info = await window.api.app.info();
  const versions = info.ok ? info.value.versions : { electron: '', chromium: '' };
  document
    .querySelector('#placeholder')
    ?.append(
      element('h1', texts.app.name),
      element('p', texts.app.tagline),
      element('p', texts.placeholder.text),
      element('pre', texts.placeholder.command),
      element(
        'small',
        texts.placeholder.versions
          .replace('{electron}', versions.electron)
          .replace('{chrome}', versions.chromium),
      ),
    );
};

void show();
