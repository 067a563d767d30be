/** Whether what was built is of these sources. Plain JavaScript, because `run.mjs` asks on whatever Node there is. */
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'

const DASHBOARD = [
  'package-lock.json',
  'src/dashboard',
  'machines',
  'src/schemas',
  'src/charts',
  'src/dev/build/dashboard.ts'
]

/** @param {string} root The checkout. @returns {string} What the dashboard depends on, as one digest. */
export const dashboardStamp = (root) => stampOf(root, DASHBOARD)

/** @param {string} root @returns {string} The same of the whole program. */
export const programStamp = (root) => stampOf(root, ['package-lock.json', 'package.json', 'src', 'machines'])

/** @param {string} folder What was built, with the stamp of its sources. @param {string} stamp */
export function isBuilt(folder, stamp) {
  const file = path.join(folder, '.built')
  return existsSync(file) && readFileSync(file, 'utf8') === stamp
}

/** @param {string} root @param {string[]} sources */
function stampOf(root, sources) {
  const digest = createHash('sha256')
  for (const file of sources.flatMap((source) => files(path.join(root, source))).sort()) {
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
