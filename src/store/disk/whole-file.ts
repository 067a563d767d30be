import { closeSync, fsyncSync, openSync, renameSync, writeSync } from 'node:fs'
import path from 'node:path'
import { Fatal } from '../../errors/fatal.ts'

/** Writes a file that only its owner may read; on disk when it returns, and a crash leaves all of it or what was. @throws Fatal */
export function writeWhole(file: string, text: string): void {
  const next = `${file}.next`
  try {
    writeSynced(next, text)
    renameSync(next, file)
    syncFolder(path.dirname(file))
  } catch (cause) {
    throw new Fatal(74, `${file} cannot be written: ${cause instanceof Error ? cause.message : cause}`, { cause })
  }
}

function writeSynced(file: string, text: string): void {
  const descriptor = openSync(file, 'w', 0o600)
  try {
    writeSync(descriptor, text)
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

/** Without this a loss of power may bring the old name back. */
function syncFolder(folder: string): void {
  const descriptor = openSync(folder, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}
