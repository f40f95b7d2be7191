import { Tokenizer, TokenizerError, TokenType } from '@streamparser/json';
import type { Json, JsonCaps } from './json-caps.ts';
import { SMALL_JSON_BYTES, smallJson } from './small-json.ts';

export type { Json, JsonCaps };

export interface JsonPart extends JsonCaps {
  /** The keys that lead to it. */
  readonly path: readonly string[];
}

export interface JsonReaderOptions extends JsonCaps {
  /** Parts with caps of their own, which are left out where they do not keep them; the rest remains. */
  readonly droppable?: readonly JsonPart[];
  /** The list at this key of the outermost object is not built: each of its elements is handed over as it is complete. */
  readonly items?: { readonly key: string; readonly onItem: (item: Json) => void };
}

/** What came is no JSON, or more of it than may come. */
export class JsonError extends Error {
  override readonly name = 'JsonError';
}

type Scalar = string | number | boolean | null | undefined;

/** An open list or object. */
interface Frame {
  readonly list: Json[] | null;
  readonly object: Record<string, Json>;
  /** Of the value that comes next in an object. */
  key: string;
  expects: 'value' | 'value-or-end' | 'key' | 'key-or-end' | 'colon' | 'comma-or-end' | 'nothing';
}

/** A droppable part that is being read. */
interface OpenPart {
  readonly caps: JsonCaps;
  /** What it is in. */
  readonly parent: Frame;
  /** Of the whole, before it. */
  readonly depth: number;
  readonly values: number;
  readonly offset: number;
  /** Its open lists and objects while it is being left out; null while it is built. */
  open: number | null;
}

/** Long texts are gathered in stretches of this size, in bytes. Each reader has room for one, and there may be one for a line. */
const STRING_BUFFER_BYTES = 4 * 1024;
const NUMBER_BUFFER_BYTES = 64;

/** More digits than any number that is meant; to make a number of millions of them takes long. */
const MAX_NUMBER_LENGTH = 1000;

class NumberCappedTokenizer extends Tokenizer {
  protected override parseNumber(digits: string): number {
    if (digits.length > MAX_NUMBER_LENGTH) throw new TokenizerError('a number is too long');
    return super.parseNumber(digits);
  }
}

/**
 * Reads JSON in pieces as they come, so that no piece takes long, and counts before it builds. Stricter than
 * `JSON.parse`: no key twice in an object, and none that is named `__proto__`.
 */
export class JsonReader {
  readonly #options: JsonReaderOptions;
  /** Made when the first piece is not all there is, or not small. */
  #tokenizer: NumberCappedTokenizer | null = null;
  /** The first piece, if it may be a whole small document. */
  #small: Uint8Array | null = null;
  /** The document itself is the only element of the outermost one. */
  readonly #frames: Frame[] = [{ ...frameOf([]), expects: 'value' }];
  #bytes = 0;
  #values = 0;
  /** Values before the item that is being read. */
  #valuesBeforeItem = 0;
  #part: OpenPart | null = null;

  constructor(options: JsonReaderOptions) {
    this.#options = options;
  }

  /** What is wrong with a small piece may be found at the end only. @throws JsonError; what `onItem` throws */
  push(bytes: Uint8Array): void {
    const isFirst = this.#bytes === 0;
    this.#bytes += bytes.byteLength;
    if (this.#bytes > this.#options.maxBytes) throw new JsonError('it is too large');
    if (isFirst && bytes.byteLength <= SMALL_JSON_BYTES && this.#options.items === undefined) {
      // The caller may use its buffer again.
      this.#small = bytes.slice();
      return;
    }
    this.#readSmall();
    this.#write(bytes);
  }

  /** The whole. @throws JsonError when it is not complete */
  end(): Json {
    const small = this.#small === null ? undefined : this.#wholeOf(this.#small);
    if (small !== undefined) return small;
    this.#readSmall();
    const tokenizer = this.#tokenizer;
    // A number at the very end is complete by now.
    if (tokenizer?.isEnded === false) this.#tokenize(() => tokenizer.end());
    const [whole] = this.#frames;
    const [root] = whole?.list ?? [];
    if (this.#frames.length > 1 || root === undefined) throw new JsonError('it is not complete');
    return root;
  }

  #wholeOf(bytes: Uint8Array): Json | undefined {
    const { droppable = [] } = this.#options;
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
    return smallJson(text, [this.#options, ...droppable]);
  }

  /** The piece that was set aside turned out to need the tokenizer. */
  #readSmall(): void {
    const bytes = this.#small;
    this.#small = null;
    if (bytes !== null) this.#write(bytes);
  }

  #write(bytes: Uint8Array): void {
    if (this.#tokenizer === null) {
      this.#tokenizer = new NumberCappedTokenizer({
        stringBufferSize: STRING_BUFFER_BYTES,
        numberBufferSize: NUMBER_BUFFER_BYTES,
      });
      this.#tokenizer.onToken = ({ offset, token, value }) => this.#take(token, value, offset);
    }
    const tokenizer = this.#tokenizer;
    this.#tokenize(() => tokenizer.write(bytes));
  }

  #tokenize(work: () => void): void {
    try {
      work();
    } catch (error) {
      throw error instanceof TokenizerError ? new JsonError('it is not JSON', { cause: error }) : error;
    }
  }

  #take(token: TokenType, value: Scalar, offset: number): void {
    const part = this.#part;
    if (part !== null && part.open !== null) {
      this.#pass(part, part.open, token);
      return;
    }
    switch (token) {
      case TokenType.LEFT_BRACKET:
        if (this.#begin(offset, 1)) this.#frames.push(frameOf([]));
        break;
      case TokenType.LEFT_BRACE:
        if (this.#begin(offset, 1)) this.#frames.push(frameOf(null));
        break;
      case TokenType.RIGHT_BRACKET:
        this.#close(this.#top().list !== null, offset);
        break;
      case TokenType.RIGHT_BRACE:
        this.#close(this.#top().list === null, offset);
        break;
      case TokenType.COLON:
        this.#expect('colon').expects = 'value';
        break;
      case TokenType.COMMA: {
        const frame = this.#expect('comma-or-end');
        frame.expects = frame.list === null ? 'key' : 'value';
        break;
      }
      case TokenType.STRING:
        if (typeof value === 'string' && isForKey(this.#top())) this.#name(value);
        else this.#scalar(value, offset);
        break;
      case TokenType.NUMBER:
      case TokenType.TRUE:
      case TokenType.FALSE:
      case TokenType.NULL:
        this.#scalar(value, offset);
        break;
      case TokenType.SEPARATOR:
        throw misplaced();
    }
  }

  #name(key: string): void {
    const frame = this.#top();
    if (key === '__proto__' || Object.hasOwn(frame.object, key)) {
      if (this.#part === null) throw new JsonError('it has a key that it may not have');
      this.#drop(this.#part, 0);
      return;
    }
    frame.key = key;
    frame.expects = 'colon';
  }

  #scalar(value: Scalar, offset: number): void {
    if (this.#begin(offset, 0)) this.#add(value ?? null, offset);
  }

  #close(isOfItsKind: boolean, offset: number): void {
    const frame = this.#top();
    const isComplete = frame.expects === 'comma-or-end' || frame.expects.endsWith('-or-end');
    if (!isOfItsKind || !isComplete) throw misplaced();
    this.#frames.pop();
    this.#add(frame.list ?? frame.object, offset);
  }

  /** Counts the value that begins here. Whether it is to be built. */
  #begin(offset: number, levels: 0 | 1): boolean {
    const frame = this.#top();
    if (frame.expects !== 'value' && frame.expects !== 'value-or-end') throw misplaced();
    if (this.#isItems(frame)) this.#valuesBeforeItem = this.#values;
    this.#part ??= this.#partIn(frame, offset);
    this.#values += 1;
    const depth = this.#frames.length - 1 + levels;
    if (this.#part !== null) {
      const { caps, depth: depthBefore, values } = this.#part;
      if (depth - depthBefore <= caps.maxDepth && this.#values - values <= caps.maxValues) return true;
      this.#drop(this.#part, levels);
      return false;
    }
    if (depth > this.#options.maxDepth) throw new JsonError('it is nested too deeply');
    if (this.#values > this.#options.maxValues) throw new JsonError('it has too many values');
    return true;
  }

  /** Puts a complete value where it belongs. */
  #add(value: Json, offset: number): void {
    const frame = this.#top();
    const part = this.#part?.parent === frame ? this.#part : null;
    if (part !== null) this.#part = null;
    frame.expects = this.#frames.length === 1 ? 'nothing' : 'comma-or-end';
    if (part !== null && offset - part.offset > part.caps.maxBytes) return;
    if (this.#isItems(frame)) {
      this.#values = this.#valuesBeforeItem;
      this.#options.items?.onItem(value);
    } else if (frame.list === null) {
      frame.object[frame.key] = value;
    } else {
      frame.list.push(value);
    }
  }

  /** What is built of the part goes, and the rest of it is passed by. */
  #drop(part: OpenPart, levels: 0 | 1): void {
    const open = this.#frames.length - 1 - part.depth + levels;
    this.#frames.length = part.depth + 1;
    this.#values = part.values;
    if (open === 0) this.#end(part);
    else part.open = open;
  }

  #pass(part: OpenPart, open: number, token: TokenType): void {
    const isOpening = token === TokenType.LEFT_BRACKET || token === TokenType.LEFT_BRACE;
    const isClosing = token === TokenType.RIGHT_BRACKET || token === TokenType.RIGHT_BRACE;
    part.open = open + Number(isOpening) - Number(isClosing);
    if (part.open === 0) this.#end(part);
  }

  #end(part: OpenPart): void {
    this.#part = null;
    part.parent.expects = 'comma-or-end';
  }

  /** The droppable part that begins here, if one does. */
  #partIn(parent: Frame, offset: number): OpenPart | null {
    const depth = this.#frames.length - 1;
    const caps = this.#options.droppable?.find(
      ({ path }) => path.length === depth && path.every((key, level) => this.#frames[level + 1]?.key === key),
    );
    return caps === undefined ? null : { caps, parent, depth, values: this.#values, offset, open: null };
  }

  #isItems(frame: Frame): boolean {
    const { items } = this.#options;
    return (
      items !== undefined &&
      this.#frames.length === 3 &&
      frame.list !== null &&
      this.#frames[1]?.key === items.key
    );
  }

  #expect(expected: Frame['expects']): Frame {
    const frame = this.#top();
    if (frame.expects !== expected) throw misplaced();
    return frame;
  }

  #top(): Frame {
    const frame = this.#frames.at(-1);
    if (frame === undefined) throw misplaced();
    return frame;
  }
}

const frameOf = (list: Json[] | null): Frame => ({
  list,
  object: {},
  key: '',
  expects: list === null ? 'key-or-end' : 'value-or-end',
});

const isForKey = ({ expects }: Frame): boolean => expects === 'key' || expects === 'key-or-end';

const misplaced = (): JsonError => new JsonError('it is not JSON');
