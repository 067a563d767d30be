/** What is smaller is not worth counting, and is read where it ends. */
export const SMALL_BYTES = 65_536

/** An answer that is coming. */
export interface Coming {
  /** There is no room for it. */
  giveUp(): void
}

export type LargeAnswers = ReturnType<typeof createLargeAnswers>

/** Bounds what large answers cost together: the memory of those that are coming, and the time of the loop when they end. */
export function createLargeAnswers({ mostBytes = 64 << 20 }: { mostBytes?: number } = {}) {
  const held = new Map<Coming, number>()
  let bytes = 0
  let turn: Promise<unknown> = Promise.resolve()

  function release(answer: Coming): void {
    bytes -= held.get(answer) ?? 0
    held.delete(answer)
  }

  return {
    /** Beyond the limit the largest of all is given up: who sends most pays, and not who comes last. */
    hold(answer: Coming, size: number): void {
      bytes += size - (held.get(answer) ?? 0)
      held.set(answer, size)
      if (bytes <= mostBytes) return
      const [largest] = [...held].sort(([, a], [, b]) => b - a)
      if (!largest) return
      release(largest[0])
      largest[0].giveUp()
    },
    release,
    /** One in each turn of the event loop: of several that end at once each takes milliseconds, and others are served between. */
    textOf(body: Buffer): Promise<string> {
      const text = turn.then(() => new Promise((resolve) => setImmediate(resolve))).then(() => body.toString('utf8'))
      turn = text
      return text
    }
  }
}
