import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { NodeCodec } from '../../../../../src/utility/control/node/node-codec.ts';
import type { ZipEntry } from '../../../../../src/utility/control/host/codec.ts';
import { itIsACodec } from '../../../../support/codec-contract.ts';
import { zipOf } from '../../../scripts/support/zip.ts';

const DEFLATED = 8;

/** An entry with nothing in it, said by `blocks` blocks of nothing. */
const nothingSaidBy = (blocks: number): Buffer => {
  const [block, last] = [Buffer.of(0, 0, 0, 0xff, 0xff), Buffer.of(1, 0, 0, 0xff, 0xff)];
  const archive = zipOf([
    { name: 'a', contents: Buffer.concat([...Array.from({ length: blocks - 1 }, () => block), last]) },
  ]);
  const central = archive.lastIndexOf('PK\u0001\u0002');
  archive.writeUInt16LE(DEFLATED, central + 10);
  archive.writeUInt32LE(0, central + 24);
  return archive;
};

const entriesIn = async (archive: Uint8Array): Promise<ZipEntry[]> => {
  const found: ZipEntry[] = [];
  for await (const entry of new NodeCodec().zipEntries(archive)) found.push(entry);
  return found;
};

/** Whether the loop turns before all of these are read. */
const letsOthersIn = async (entries: readonly ZipEntry[]): Promise<boolean> => {
  const turned = setImmediate(true);
  const read = async (): Promise<false> => {
    for (const entry of entries) await entry.read();
    return false;
  };
  return Promise.race([read(), turned]);
};

describe("Node's codec", () => itIsACodec(new NodeCodec()));

describe('small entries', () => {
  it('are read at once, many of them with turns for others between', async () => {
    const many = Array.from({ length: 200 }, (_one, index) => ({
      name: `${index}`,
      contents: 'a',
      deflated: true,
    }));
    const entries = await entriesIn(zipOf(many));
    expect(await letsOthersIn(entries.slice(0, 10))).toBe(false);
    expect(await letsOthersIn(entries)).toBe(true);
  });

  it('that take long to say nothing are read on another thread', async () => {
    const [short] = await entriesIn(nothingSaidBy(100));
    const [long] = await entriesIn(nothingSaidBy(100_000));
    if (short === undefined || long === undefined) throw new Error('there is no entry');
    expect(await letsOthersIn([short])).toBe(false);
    expect(await letsOthersIn([long])).toBe(true);
    expect([short.bytes, (await long.read()).length]).toEqual([0, 0]);
  });
});
