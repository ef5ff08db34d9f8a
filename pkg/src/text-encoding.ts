// UTF-8 for jsdom, the environment of many Jest tests, which lacks `TextEncoder` and `TextDecoder`. Part of the
// CommonJS build only, because that is what Jest loads.

class Utf8Encoder {
  encode(text: string): Uint8Array {
    const characters = unescape(encodeURIComponent(text));
    return Uint8Array.from(characters, (character) => character.charCodeAt(0));
  }

  encodeInto(text: string, target: Uint8Array): { read: number; written: number } {
    const bytes = this.encode(text);
    target.set(bytes);
    return { read: text.length, written: bytes.length };
  }
}

class Utf8Decoder {
  decode(bytes: Uint8Array): string {
    return decodeURIComponent(escape(Array.from(bytes, (byte) => String.fromCharCode(byte)).join("")));
  }
}

const platform: { TextEncoder?: unknown; TextDecoder?: unknown } = globalThis;
const Encoder = platform.TextEncoder ?? Utf8Encoder;
const Decoder = platform.TextDecoder ?? Utf8Decoder;

export { Decoder as TextDecoder, Encoder as TextEncoder };
