import { readdir } from 'node:fs/promises'
import path from 'node:path'

const DOCS = path.join(import.meta.dirname, '..', '..', '..', 'docs')
/** What an operator needs on the server: pages, and the files that they point to. */
const WANTED = /^[\w-]+\.(md|json|yaml)$|^(grafana|proxies)\/[\w.-]+$/

/** The files of `docs` that both packages hold. */
export async function documents(): Promise<string[]> {
  const names = await readdir(DOCS, { recursive: true })
  return names.filter((name) => WANTED.test(name)).toSorted()
}
