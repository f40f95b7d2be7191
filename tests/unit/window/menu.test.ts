import type { MenuItemConstructorOptions } from 'electron';
import { describe, expect, it } from 'vitest';
import { translateTo } from '../../../src/main/app/texts.ts';
import { menuTemplate } from '../../../src/main/window/menu-template.ts';
import { LANGUAGES, type Language } from '../../../src/shared/languages.ts';
import { APP_COMMANDS, LINKS } from '../../../src/shared/ipc/app.ts';

const itemsOf = (items: readonly MenuItemConstructorOptions[]): MenuItemConstructorOptions[] =>
  items.flatMap((item) => [item, ...(Array.isArray(item.submenu) ? itemsOf(item.submenu) : [])]);

const build = (platform: NodeJS.Platform, language: Language = 'en') => {
  const commands: string[] = [];
  const links: string[] = [];
  const recent: string[] = [];
  const items = itemsOf(
    menuTemplate({
      translate: translateTo(language),
      platform,
      devTools: false,
      recent: ['/home/ada/a & b.ipynb'],
      onRecent: (path) => recent.push(path),
      onForgetRecent: () => recent.push('forgotten'),
      onCommand: (command) => commands.push(command),
      onLink: (url) => links.push(url),
    }),
  );
  return { items, commands, links, recent };
};

describe.each(['linux', 'darwin', 'win32'] as const)('on %s', (platform) => {
  it('has every command once, each shortcut for one thing, and only links that are allowed', () => {
    const { commands, items, links, recent } = build(platform);
    for (const { click } of items) (click as (() => void) | undefined)?.();
    expect([...commands].sort()).toEqual([...APP_COMMANDS].sort());
    expect(recent).toEqual(['/home/ada/a & b.ipynb', 'forgotten']);
    const shortcuts = items.flatMap(({ accelerator }) => accelerator ?? []);
    expect(new Set(shortcuts).size).toBe(shortcuts.length);
    expect(links.every((url) => Object.values(LINKS).some((allowed) => allowed === url))).toBe(true);
    expect(links.length).toBeGreaterThan(0);
  });

  it('leaves the developer tools out of an installed app', () => {
    expect(build(platform).items.map(({ role }) => role)).not.toContain('toggleDevTools');
  });
});

it.each(LANGUAGES)('has its texts in %s', (language) => {
  for (const { label, type } of build('linux', language).items) {
    if (type === 'separator') continue;
    // A key that is nowhere comes back itself.
    expect(label).not.toMatch(/^(?:menu|nav|console|common|app|documents)\.|^$/u);
    expect(label).toBeDefined();
  }
});
