/** CRC-32C (Castagnoli): the checksum Cloud Storage and Secret Manager give for content; zlib's crc32 is another polynomial. */

const POLYNOMIAL = 0x82f63b78;

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ POLYNOMIAL : value >>> 1;
  return value;
});

/** The checksum of `data` as an unsigned 32-bit number; pass the previous result as `seed` to go on with a next chunk. */
export function crc32c(data: Uint8Array, seed = 0): number {
  let crc = ~seed;
  for (const byte of data) crc = (TABLE[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8);
  return ~crc >>> 0;
}

/** As Cloud Storage prints it (`crc32c` of an object, `x-goog-hash`): big-endian bytes in base64. */
export function crc32cBase64(data: Uint8Array): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32c(data));
  return bytes.toString('base64');
}
