import { signal } from '@preact/signals'
import type { ClusterEvent } from '../../schemas/event.ts'
import { sentence } from './words/words.ts'

export interface Toast {
  id: number
  text: string
  bad: boolean
}

/** Short news at the edge of the page, and the one sentence that a screen reader is told. */
export function createToasts() {
  const shown = signal<readonly Toast[]>([])
  const spoken = signal('')
  let count = 0
  let spokenAt = 0

  function show(text: string, { bad = false } = {}) {
    count += 1
    const id = count
    shown.value = [...shown.value.slice(-3), { id, text, bad }]
    setTimeout(() => drop(id), bad ? 12_000 : 5000)
  }

  const drop = (id: number) => {
    shown.value = shown.value.filter((toast) => toast.id !== id)
  }

  /** At most one sentence in five seconds: a cluster that falls apart must not drown its reader. */
  function speak(text: string) {
    if (performance.now() - spokenAt < 5000) return
    spokenAt = performance.now()
    spoken.value = text
  }

  return {
    shown,
    spoken,
    show,
    drop,
    speak,
    tell(event: ClusterEvent) {
      if (event.type === 'peer.state' && event.peer) speak(`${event.peer} is ${event.to}`)
      if (event.type === 'peer.joined' && event.peer) show(`${event.peer} joined`)
      if (event.type === 'rollout.ended') show(sentence(event), { bad: event.facts?.outcome === 'failed' })
    }
  }
}
