import { signal } from '@preact/signals'

export type Chosen = ReturnType<typeof createChosen>

/** The rows of a list that were ticked, by their keys. They stay ticked on other screens, as long as the page is open. */
export function createChosen() {
  const keys = signal<ReadonlySet<string>>(new Set())
  return {
    keys,
    put(some: readonly string[], on: boolean) {
      const next = new Set(keys.value)
      for (const key of some)
        if (on) next.add(key)
        else next.delete(key)
      keys.value = next
    },
    clear() {
      keys.value = new Set()
    }
  }
}
