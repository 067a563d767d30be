/**
 * What was begun and must be ended, the newest first: at a stop, and when a start fails half-way. A part that cannot be
 * ended keeps no other one open.
 */
export function createClosing() {
  const steps: (() => unknown)[] = []

  return {
    add(step: () => unknown): void {
      steps.push(step)
    },
    /** Running it twice is running it once. */
    async run(onFault: (error: unknown) => void): Promise<void> {
      for (const step of steps.splice(0).reverse()) {
        try {
          await step()
        } catch (error) {
          onFault(error)
        }
      }
    }
  }
}

export type Closing = ReturnType<typeof createClosing>
