/** Bytes per call of `String.fromCharCode`, which takes them as arguments. */
const CHUNK = 8_192;

/** The bytes of numbers, little-endian as on every machine this runs on. */
export function toBase64(numbers: Int8Array | Int32Array | Float32Array | Uint16Array): string {
  const bytes = new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
  let binary = '';
  for (let start = 0; start < bytes.length; start += CHUNK) {
    binary += String.fromCharCode(...bytes.subarray(start, start + CHUNK));
  }
  return btoa(binary);
}

/** Throws a `DOMException` for what is not base64. */
export function fromBase64(text: string): ArrayBuffer {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let index = 0; index < binary.length; index += 1) bytes[index] = binary.charCodeAt(index);
  return bytes.buffer;
}
