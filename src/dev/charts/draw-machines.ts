/** Draws the machines anew into every file that shows them. */
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { drawnFiles } from './files.ts'

const root = path.join(import.meta.dirname, '..', '..', '..')
for (const [file, text] of await drawnFiles(root)) {
  await mkdir(path.dirname(path.join(root, file)), { recursive: true })
  await writeFile(path.join(root, file), text)
  console.log(file)
}
