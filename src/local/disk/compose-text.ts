import { realpath } from 'node:fs/promises'
import path from 'node:path'
import { ComposeInvalid } from '../../errors.ts'
import { Fault } from './fault.ts'
import type { Folder } from './folder.ts'
import { createParsed } from './parsed.ts'

/** The base compose file of a deployment, word for word. */
export async function readComposeText(folder: Folder): Promise<{ name: string; content: string; filename: string }> {
  const [filename] = folder.files
  if (filename === undefined || folder.real === undefined) throw new ComposeInvalid(folder.error ?? folder.name)
  // Read within the folder that it was found in: what it links to now may lie elsewhere.
  const read = createParsed({ maxBytes: 256 * 1024, parse: (text) => text })
  try {
    const root = await realpath(path.dirname(folder.path))
    const content = await read(path.join(folder.real, filename), root)
    if (content === undefined) throw new Fault('is gone')
    return { name: folder.name, content, filename }
  } catch (cause) {
    if (cause instanceof Fault) throw new ComposeInvalid(`${filename} ${cause.message}`)
    throw cause
  }
}
