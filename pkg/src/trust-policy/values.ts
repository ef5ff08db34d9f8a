// Parses the numbers, dates and IP ranges of condition operators.
//
// Source: IAM User Guide, "IAM JSON policy elements: Condition operators".

/** Parses a decimal number. Returns `undefined` if it is not one. */
export function parseNumber(text: string): number | undefined {
  return /^-?\d{1,15}(\.\d{1,15})?$/.test(text) ? Number(text) : undefined;
}

/** Parses an ISO 8601 date with a time zone, or seconds since 1970. Returns milliseconds since 1970, or `undefined`. */
export function parseDate(text: string): number | undefined {
  if (/^\d{1,12}$/.test(text)) return Number(text) * 1000;
  const form = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d))?$/;
  const milliseconds = form.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(milliseconds) ? undefined : milliseconds;
}

/** A range of IP addresses, or one address. */
export interface IpRange {
  /** 32 or 128 bits, as a string of 0 and 1. */
  bits: string;
  /** Length of the network prefix, in bits. */
  prefix: number;
}

/** Parses `203.0.113.0/24`, `2001:db8::/32` or a single address. Returns `undefined` if it is neither. */
export function parseRange(text: string): IpRange | undefined {
  const [, address, length] = /^([\da-fA-F.:]{2,45})(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const bits = address?.includes(":") ? ipv6(address) : address && ipv4(address);
  const prefix = length === undefined ? (bits?.length ?? 0) : Number(length);
  return bits && prefix <= bits.length ? { bits, prefix } : undefined;
}

/** Returns whether the range includes the address. */
export function includes(range: IpRange, address: IpRange): boolean {
  const { bits, prefix } = range;
  return bits.length === address.bits.length && bits.slice(0, prefix) === address.bits.slice(0, prefix);
}

function ipv4(address: string): string | undefined {
  const bytes = address.split(".");
  if (bytes.length !== 4 || !bytes.every((byte) => /^(0|[1-9]\d{0,2})$/.test(byte) && Number(byte) < 256))
    return undefined;
  return bytes.map((byte) => binary(Number(byte), 8)).join("");
}

function ipv6(address: string): string | undefined {
  const halves = address.split("::");
  const groups = halves.map((half) => (half === "" ? [] : half.split(":")));
  const known = groups.flat();
  const missing = 8 - known.length;
  if (halves.length > 2 || (halves.length === 2 ? missing < 1 : missing !== 0)) return undefined;
  if (!known.every((group) => /^[\da-f]{1,4}$/i.test(group))) return undefined;
  const all = [...groups[0]!, ...Array<string>(missing).fill("0"), ...(groups[1] ?? [])];
  return all.map((group) => binary(Number.parseInt(group, 16), 16)).join("");
}

function binary(value: number, digits: number): string {
  return value.toString(2).padStart(digits, "0");
}
