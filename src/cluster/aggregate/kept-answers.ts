import { Type } from 'typebox'
import type { Clock } from '../../../machines/clock.ts'
import { keepInFile, readAllKept } from '../../kept-file.ts'
import type { Remembered } from './last-good.ts'

interface KeepAnswersOptions {
  file: string
  remembered: Remembered
  /** Of the answer of one that is no member any more nothing is kept. */
  isMember: (id: string) => boolean
  clock: Pick<Clock, 'now' | 'wall'>
  onFault: (fault: unknown) => void
  /** Of all that is kept; of more, the newest. */
  mostBytes?: number
}

const Kept = Type.Object({
  key: Type.String(),
  at: Type.Integer({ description: 'Wall milliseconds' }),
  text: Type.String()
})

/** Keeps the last good answers of peers while the agent does not run: who is away before and after has its last values still. */
export function keepAnswers(options: KeepAnswersOptions): () => void {
  const { file, remembered, isMember, clock, onFault, mostBytes = 8 << 20 } = options
  let hasEnded = false
  let endKeeping = () => {}

  async function goOn(): Promise<void> {
    await readAllKept(file, Kept, ({ key, at, text }) => {
      // A clock that was put back makes nothing younger than now.
      const saidAt = clock.now() - Math.max(0, clock.wall() - at)
      if (isObject(text) && remembered.get(key) === undefined) remembered.keep(key, text, saidAt)
    })
    // What is not read yet is not written over.
    if (!hasEnded) endKeeping = keepInFile({ file, records, onFault })
  }

  function records() {
    let bytes = 0
    const newest = remembered.all().filter(({ id, text }) => {
      if (!isMember(id) || bytes + text.length > mostBytes) return false
      bytes += text.length
      return true
    })
    return newest
      .reverse()
      .map(({ key, at, text }) => ({ key, at: Math.round(clock.wall() - (clock.now() - at)), text }))
  }
  void goOn()
  return () => {
    hasEnded = true
    endKeeping()
  }
}

/** It is put into an answer as it is: what breaks that is not taken. */
function isObject(members: string): boolean {
  try {
    JSON.parse(`{${members}}`)
    return true
  } catch {
    return false
  }
}
