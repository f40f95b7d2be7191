/** Node has the browser's compression streams, too: no browser is needed for this. */
import { describe } from 'vitest';
import { itIsACodec } from '../../support/codec-contract.ts';
import { WebCodec } from '../../support/chromium/web-codec.ts';

describe('the codec of a page', () => itIsACodec(new WebCodec()));
