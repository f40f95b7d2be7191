/** A page with an editor that has the keyboard, as the console's cells have. */
import { EditorView } from '@codemirror/view';
import { caret } from '../../../src/renderer/console/editor/caret.ts';

new EditorView({ doc: 'code', extensions: [caret], parent: document.body }).focus();
