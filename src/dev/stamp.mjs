/** What the built dashboard depends on, as one digest. Plain JavaScript, because `run.mjs` asks on whatever Node there is. */
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'

const SOURCES = [
  'package-lock.json',
  'src/dashboard',
  'machines',
  'src/schemas',
  'src/charts',
  'src/dev/build/dashboard.ts'
]

/** @param {string} root The checkout. @returns {string} */
export function dashboardStamp(root) {
  const digest = createHash('sha256')
  for (const file of SOURCES.flatMap((source) => files(path.join(root, source))).sort()) {
    digest.update(path.relative(root, file)).update('\0').update(readFileSync(file)).update('\0')
  }
  return digest.digest('hex')
}

/** @param {string} place @returns {string[]} */
function files(place) {
  if (!existsSync(place)) return []
  if (!statSync(place).isDirectory()) return [place]
  return readdirSync(place).flatMap((name) => files(path.join(place, name)))
}
