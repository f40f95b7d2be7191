/** What becomes of the undo history of an editor whose text is changed by something else than its keys. */
import { history, undo } from '@codemirror/commands';
import { EditorState, type TransactionSpec } from '@codemirror/state';
import { expect, it } from 'vitest';
import { textChange } from '../../../src/renderer/console/editor/text-change.ts';

class Editor {
  state = EditorState.create({ extensions: [history()] });

  get text(): string {
    return this.state.doc.toString();
  }

  change(spec: TransactionSpec): void {
    this.state = this.state.update(spec).state;
  }

  type(text: string): void {
    this.change({ changes: { from: this.text.length, insert: text }, userEvent: 'input.type' });
  }

  undo(): void {
    undo({ state: this.state, dispatch: (transaction) => void (this.state = transaction.state) });
  }
}

const typed = (text: string): Editor => {
  const editor = new Editor();
  editor.type(text);
  return editor;
};

it('undo takes back what was typed before and after a text was added, and leaves that text', () => {
  const editor = typed('upper');
  editor.change(textChange(editor.state.doc, 'upper\nlower', false));
  editor.type(' # more');
  editor.undo();
  expect(editor.text).toBe('upper\nlower');
  editor.undo();
  expect(editor.text).toBe('\nlower');
  editor.undo();
  expect(editor.text).toBe('\nlower');
});

it('a text that was called up is taken back by undo', () => {
  const editor = typed('own');
  editor.change(textChange(editor.state.doc, 'earlier code', true));
  expect(editor.text).toBe('earlier code');
  editor.undo();
  expect(editor.text).toBe('own');
});

it.each([
  ['', 'abc'],
  ['abc', ''],
  ['aaa', 'aa'],
  ['aa', 'aaa'],
  ['abcd', 'abXcd'],
  ['line 1\nline 2', 'line 2\nline 1'],
  ['é😀x', 'é😁x'],
  ['one\ntwo', 'one\r\ntwo\r\n'],
])('%j becomes %j', (before, after) => {
  const editor = typed(before);
  editor.change(textChange(editor.state.doc, after, false));
  expect(editor.text).toBe(after.replaceAll('\r\n', '\n'));
  expect(editor.state.selection.main.head).toBe(editor.text.length);
});
