import { describe } from 'vitest';
import { NodeCodec } from '../../../../../src/utility/control/node/node-codec.ts';
import { itIsACodec } from '../../../../support/codec-contract.ts';

describe("Node's codec", () => itIsACodec(new NodeCodec()));
