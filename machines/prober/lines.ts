import type { ProbeWanted } from '../messages.ts'
import type { Line, Slot } from './question.ts'

interface LinesOptions {
  hasRoom: () => boolean
  ask: (slot: Slot, wanted: ProbeWanted) => void
}

/** Those who are due and wait for room: first those whom somebody waits for, then the others. */
export function createLines({ hasRoom, ask }: LinesOptions) {
  const urgent: Line = []
  const due: Line = []

  function askFrom(line: Line) {
    while (line.length > 0 && hasRoom()) {
      const slot = line.shift()
      if (slot?.line === line && slot.wanted) ask(slot, slot.wanted)
    }
  }

  return {
    enter(slot: Slot, isUrgent: boolean): void {
      slot.line = isUrgent ? urgent : due
      slot.line.push(slot)
    },
    askNext(): void {
      askFrom(urgent)
      askFrom(due)
    },
    clear(): void {
      urgent.length = 0
      due.length = 0
    }
  }
}
