import { randomBytes } from 'node:crypto'
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import path from 'node:path'
import { Fatal } from './errors.ts'

/** A secret that the config does not give is made once and kept in the data path, readable by its owner only. */
export function keptSecret(folder: string, name: string, prefix = ''): { value: string; file: string; made: boolean } {
  const file = path.join(folder, name)
  if (existsSync(file)) {
    const value = readFileSync(file, 'utf8').trim()
    if (value.length < 32) throw new Fatal(78, `${file} is empty or cut; restore it from a backup`)
    return { value, file, made: false }
  }
  const value = prefix + randomBytes(32).toString('base64url')
  try {
    writeWhole(file, `${value}\n`)
  } catch (cause) {
    throw new Fatal(74, `${file} cannot be written: ${cause instanceof Error ? cause.message : cause}`, { cause })
  }
  return { value, file, made: true }
}

/** On disk before anything is sealed with it; a crash leaves all of it or nothing. */
function writeWhole(file: string, text: string): void {
  const next = `${file}.next`
  const descriptor = openSync(next, 'w', 0o600)
  try {
    writeSync(descriptor, text)
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
  renameSync(next, file)
}
