import { Menu } from 'electron';
import { menuTemplate, type AppMenuOptions } from './menu-template.ts';

/** Installs the application menu, and rebuilds it when the language changes. */
export const setAppMenu = (options: AppMenuOptions): void => {
  Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(options)));
};
