/**
 * The few words of DER (ITU-T X.690) that a certificate is written in. Writing only; nothing here reads what comes from
 * outside.
 */
const element = (tag: number, content: Buffer) => Buffer.concat([Buffer.of(tag), length(content.length), content])

export const sequence = (...parts: readonly Buffer[]) => element(0x30, Buffer.concat(parts))
export const set = (...parts: readonly Buffer[]) => element(0x31, Buffer.concat(parts))
export const bytes = (content: Buffer) => element(0x04, content)
export const bits = (content: Buffer) => element(0x03, Buffer.concat([Buffer.of(0), content]))
export const utf8 = (text: string) => element(0x0c, Buffer.from(text))
/** Positive: the first byte must be below 128. */
export const integer = (content: Buffer) => element(0x02, content)
export const explicit = (tag: number, content: Buffer) => element(0xa0 | tag, content)
export const implicit = (tag: number, content: Buffer) => element(0x80 | tag, content)

export function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  return element(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]))
}

/** RFC 5280 §4.1.2.5: two digits of the year until 2049, four from then on. */
export function time(date: Date): Buffer {
  const digits = `${date.toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`
  return date.getUTCFullYear() < 2050 ? element(0x17, Buffer.from(digits.slice(2))) : element(0x18, Buffer.from(digits))
}

function length(count: number): Buffer {
  if (count < 0x80) return Buffer.of(count)
  const digits = count < 0x100 ? [count] : [count >> 8, count & 0xff]
  return Buffer.of(0x80 | digits.length, ...digits)
}

/** Seven bits a byte, the highest bit set on all but the last. */
function base128(value: number): number[] {
  const digits = [value & 0x7f]
  for (let left = value >> 7; left > 0; left >>= 7) digits.unshift((left & 0x7f) | 0x80)
  return digits
}
