type Numbers = Float64Array | Float32Array | Uint32Array | Uint16Array | Uint8Array
type Kind<Of extends Numbers> = {
  new (buffer: ArrayBuffer, offset: number, length: number): Of
  BYTES_PER_ELEMENT: number
}

/**
 * The memory of one track, given away piece by piece: one buffer, because each one costs a hundred bytes more than what
 * is in it, and because it is written as a whole.
 */
export class Room {
  readonly bytes: Uint8Array
  readonly #buffer: ArrayBuffer
  #taken = 0

  constructor(size: number) {
    this.#buffer = new ArrayBuffer(size)
    this.bytes = new Uint8Array(this.#buffer)
  }

  /** @throws RangeError when there is no room for it. */
  take<Of extends Numbers>(kind: Kind<Of>, length: number): Of {
    const width = kind.BYTES_PER_ELEMENT
    const offset = Math.ceil(this.#taken / width) * width
    this.#taken = offset + length * width
    return new kind(this.#buffer, offset, length)
  }
}
