import { writeSync } from 'node:fs'

/**
 * Writes lines to a descriptor. A line that cannot be written, because the disk is full or nobody reads, is lost, and the
 * next one is tried again: the agent goes on without its log.
 */
export function createLogOutput(fd: number, write: (fd: number, text: string) => number = writeSync) {
  let torn = false

  return {
    write(line: string): void {
      // The rest of a line for which there was no room would else be glued to the next.
      const text = torn ? `\n${line}` : line
      try {
        torn = write(fd, text) < Buffer.byteLength(text)
      } catch {}
    }
  }
}
