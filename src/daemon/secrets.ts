import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { Fatal } from '../errors/fatal.ts'
import { readOwnFile } from '../store/disk/ownership.ts'
import { writeWhole } from '../store/disk/whole-file.ts'

/** A secret that the config does not give is made once and kept in the data path, readable by its owner only. */
export function keptSecret(folder: string, name: string, prefix = ''): { value: string; file: string; made: boolean } {
  const file = path.join(folder, name)
  if (existsSync(file)) {
    const value = readOwnFile(file).trim()
    if (value.length < 32) throw new Fatal(78, `${file} is empty or cut; restore it from a backup`)
    return { value, file, made: false }
  }
  const value = prefix + randomBytes(32).toString('base64url')
  // On disk before anything is sealed with it.
  writeWhole(file, `${value}\n`)
  return { value, file, made: true }
}
