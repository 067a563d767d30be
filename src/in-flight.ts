/** Work that is done once at a time for a key: whoever wants it meanwhile gets the same promise. */
export function createInFlight<T>() {
  const underWay = new Map<string, Promise<T>>()

  return function once(key: string, work: () => Promise<T>): Promise<T> {
    const known = underWay.get(key)
    if (known) return known
    const begun = work().finally(() => underWay.delete(key))
    underWay.set(key, begun)
    return begun
  }
}
