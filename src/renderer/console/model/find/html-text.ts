/**
 * The texts of a guest's HTML, as a sequence of tags and texts: no elements in each other are kept in mind, which a guest could
 * nest so that each end of one takes as long as all before it.
 */
import { Tokenizer } from 'htmlparser2';

/** What is not to be seen. */
const HIDDEN = new Set(['head', 'script', 'style', 'template', 'title']);
/** Of HTML, between two stops, in UTF-16 units. */
const PIECE = 16 * 1024;

const nothing = (): void => undefined;

class TextReader {
  readonly #html: string;
  readonly #tokenizer: Tokenizer;
  #parts: string[] = [];
  /** What was read, without blanks at its beginning. */
  readonly #texts: string[] = [];
  #isAfterBlank = true;
  /** The element that hides what is in it, and how many of its name are open; null outside of one. */
  #hidden: { readonly name: string; open: number } | null = null;

  constructor(html: string) {
    this.#html = html;
    this.#tokenizer = new Tokenizer(
      {},
      {
        onopentagname: (from, to) => this.#open(html.slice(from, to).toLowerCase()),
        onclosetag: (from, to) => this.#close(html.slice(from, to).toLowerCase()),
        ontext: (from, to) => this.#add(html.slice(from, to)),
        ontextentity: (point) => this.#add(String.fromCodePoint(point)),
        onattribdata: nothing,
        onattribentity: nothing,
        onattribend: nothing,
        onattribname: nothing,
        oncdata: nothing,
        oncomment: nothing,
        ondeclaration: nothing,
        onend: nothing,
        onopentagend: nothing,
        onprocessinginstruction: nothing,
        onselfclosingtag: nothing,
      },
    );
  }

  read(from: number): void {
    this.#tokenizer.write(this.#html.slice(from, from + PIECE));
    this.#settle();
  }

  end(): string {
    this.#tokenizer.end();
    this.#settle();
    return this.#texts.join('').trimEnd();
  }

  #open(name: string): void {
    // The end of a head may be left out.
    if (name === 'body' && this.#hidden?.name === 'head') this.#hidden = null;
    if (this.#hidden === null && HIDDEN.has(name)) this.#hidden = { name, open: 1 };
    else if (this.#hidden?.name === name) this.#hidden.open += 1;
    this.#add(' ');
  }

  #close(name: string): void {
    if (this.#hidden?.name === name) {
      this.#hidden.open -= 1;
      if (this.#hidden.open === 0) this.#hidden = null;
    }
    this.#add(' ');
  }

  #add(text: string): void {
    if (this.#hidden === null) this.#parts.push(text);
  }

  /** White space becomes one blank each, also where it goes on from what was read before. */
  #settle(): void {
    const text = this.#parts.join('').replaceAll(/\s+/gu, ' ');
    this.#parts = [];
    const own = this.#isAfterBlank && text.startsWith(' ') ? text.slice(1) : text;
    if (own === '') return;
    this.#texts.push(own);
    this.#isAfterBlank = own.endsWith(' ');
  }
}

/** What stands in elements of their own is apart. Stops after each short piece; the text comes at the end. */
export function* htmlText(html: string): Generator<null, string> {
  const reader = new TextReader(html);
  for (let at = 0; at < html.length; at += PIECE) {
    reader.read(at);
    yield null;
  }
  return reader.end();
}
