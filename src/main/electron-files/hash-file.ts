import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';

const BIG_READS = { highWaterMark: 1024 * 1024 };

export async function sha256Hex(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file, BIG_READS), hash);
  return hash.digest('hex');
}

/** In the form that package-lock.json and `npm view … dist.integrity` use. */
export async function sha512Integrity(file: string): Promise<string> {
  const hash = createHash('sha512');
  await pipeline(createReadStream(file, BIG_READS), hash);
  return `sha512-${hash.digest('base64')}`;
}
