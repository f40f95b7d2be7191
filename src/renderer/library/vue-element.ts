import { effectScope, ref, type App, type EffectScope } from 'vue';
import { DEFAULT_LANGUAGE, type Language } from '../../shared/languages.ts';
import { createTranslation, TRANSLATION } from '../app/translation.ts';
import { languageAt } from './page-language.ts';
import { LIBRARY_STYLES } from './styles.ts';

/** Creates the content of an element and its services, in a scope that ends with the element. */
export type Content = (element: HTMLElement) => App;

interface Shown {
  readonly app: App;
  readonly scope: EffectScope;
  readonly watching: MutationObserver;
}

/**
 * An element whose content is in a shadow root, with styles that a policy without `unsafe-inline` allows: sheets that are
 * made of text by a script are none of its matter. Made in a function, since there is nothing to extend outside of pages.
 */
export const elementOf = (content: Content): CustomElementConstructor => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(LIBRARY_STYLES);
  return class extends HTMLElement {
    static readonly observedAttributes = ['lang'];
    readonly #language = ref<Language>(DEFAULT_LANGUAGE);
    #shown: Shown | null = null;

    connectedCallback(): void {
      if (this.#shown !== null) {
        this.#readLanguage();
        return;
      }
      const root = this.shadowRoot ?? this.attachShadow({ mode: 'open' });
      root.adoptedStyleSheets = [sheet];
      const place = document.createElement('div');
      root.replaceChildren(place);
      this.#readLanguage();
      const scope = effectScope();
      const app = scope.run(() => content(this));
      if (app === undefined) return;
      app.provide(TRANSLATION, createTranslation(this.#language)).mount(place);
      const watching = new MutationObserver(() => this.#readLanguage());
      watching.observe(document.documentElement, { attributeFilter: ['lang'] });
      this.#shown = { app, scope, watching };
    }

    disconnectedCallback(): void {
      // Moving an element removes it for a moment; its state must survive that.
      queueMicrotask(() => {
        if (this.isConnected || this.#shown === null) return;
        const { app, scope, watching } = this.#shown;
        this.#shown = null;
        watching.disconnect();
        app.unmount();
        scope.stop();
      });
    }

    attributeChangedCallback(): void {
      this.#readLanguage();
    }

    #readLanguage(): void {
      this.#language.value = languageAt(this);
      this.shadowRoot?.firstElementChild?.setAttribute('lang', this.#language.value);
    }
  };
};
