import { Type } from 'typebox'
import type { Clock } from '../../../machines/clock.ts'
import { keepInFile, readKept } from '../../kept-file.ts'
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

const Kept = Type.Array(
  Type.Object({ key: Type.String(), at: Type.Integer({ description: 'Wall milliseconds' }), text: Type.String() })
)

/** Keeps the last good answers of peers while the agent does not run: who is away before and after has its last values still. */
export function keepAnswers(options: KeepAnswersOptions): () => void {
  const { file, remembered, isMember, clock, onFault, mostBytes = 8 << 20 } = options
  for (const { key, at, text } of readKept(file, Kept) ?? []) {
    // A clock that was put back makes nothing younger than now.
    if (isObject(text)) remembered.keep(key, text, clock.now() - Math.max(0, clock.wall() - at))
  }

  function content() {
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
  return keepInFile({ file, content, onFault })
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
