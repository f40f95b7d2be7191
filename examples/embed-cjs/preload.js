/** The app's own. It is left as it is: the interpreter comes beside it, as `window.vivarium`. */
const { contextBridge } = require('electron');

contextBridge.exposeInMainWorld('api', { greeting: () => 'hello from the app' });
