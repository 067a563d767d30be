/** Those who are called back. One that throws is a fault to report, and keeps nothing from the others. */
export function createListeners<Told extends unknown[]>(onFault: (fault: unknown) => void) {
  const listeners = new Set<(...told: Told) => void>()

  return {
    /** Until the returned function is called. */
    add(listener: (...told: Told) => void) {
      listeners.add(listener)
      return () => {
        listeners.delete(listener)
      }
    },
    tell(...told: Told): void {
      for (const listener of listeners) {
        try {
          listener(...told)
        } catch (fault) {
          onFault(fault)
        }
      }
    }
  }
}
