/** Longest colour sequence let through, in UTF-16 units; longer ones are no colour sequences. */
const MAX_SEQUENCE_LENGTH = 64;

const RESET = '\u001b[0m';
const ESCAPE = 0x1b;
const DELETE = 0x7f;
const TAB = 0x09;
const NEWLINE = 0x0a;
const RETURN = 0x0d;
const CONTROL_PICTURES = 0x2400;

/**
 * Makes the guest's output safe to show on a terminal. Untrusted bytes could otherwise set the clipboard or
 * the window title, ask the terminal to type answers, or redraw what stands above (OSC, DCS, CSI, C1).
 *
 * Text, newline, carriage return, tab and colours (SGR) pass. Every other control becomes a visible
 * character and what followed it stays as plain text: swallowing a sequence up to its end would let an
 * unfinished one hide all later output. Chunks may end anywhere, also inside a character or a sequence.
 */
export class TerminalFilter {
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  /** Start of a sequence of which more may come in the next chunk. */
  #pending = '';
  #styled = false;

  push(bytes: Uint8Array): string {
    return this.#filter(this.#decoder.decode(bytes, { stream: true }), false);
  }

  /** What was held back, and an end to the guest's colours: "conceal" would hide the user's own prompt. */
  end(): string {
    const rest = this.#filter(this.#decoder.decode(), true);
    if (!this.#styled) return rest;
    this.#styled = false;
    return rest + RESET;
  }

  #filter(text: string, atEnd: boolean): string {
    const input = this.#pending + text;
    this.#pending = '';
    let output = '';
    let copied = 0;
    for (let index = 0; index < input.length; index++) {
      const unit = input.charCodeAt(index);
      if (isHarmless(unit)) continue;
      if (unit === ESCAPE) {
        const length = colourLength(input, index);
        if (length === 'unfinished' && !atEnd) {
          output += input.slice(copied, index);
          this.#pending = input.slice(index);
          return output;
        }
        if (typeof length === 'number') {
          // 0 and nothing both mean "back to plain".
          this.#styled = /[1-9]/u.test(input.slice(index, index + length));
          index += length - 1;
          continue;
        }
      }
      output += input.slice(copied, index) + visible(unit);
      copied = index + 1;
    }
    return output + input.slice(copied);
  }
}

function isHarmless(unit: number): boolean {
  if (unit < 0x20) return unit === NEWLINE || unit === TAB || unit === RETURN;
  return unit < DELETE || unit > 0x9f;
}

/** Length of the colour sequence that starts at `start`; null when what stands there is something else. */
function colourLength(input: string, start: number): number | 'unfinished' | null {
  if (start + 1 >= input.length) return 'unfinished';
  if (input[start + 1] !== '[') return null;
  const end = Math.min(input.length, start + MAX_SEQUENCE_LENGTH);
  for (let index = start + 2; index < end; index++) {
    const character = input.charAt(index);
    if (character === 'm') return index - start + 1;
    // Only plain parameters: `CSI > … m` sets keyboard modes, it does not colour.
    if (!/[\d;:]/u.test(character)) return null;
  }
  return end === input.length && end < start + MAX_SEQUENCE_LENGTH ? 'unfinished' : null;
}

function visible(unit: number): string {
  if (unit < 0x20) return String.fromCharCode(CONTROL_PICTURES + unit);
  return unit === DELETE ? '\u2421' : '\ufffd';
}
