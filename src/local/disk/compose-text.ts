import { realpath } from 'node:fs/promises'
import path from 'node:path'
import { ComposeInvalid } from '../../errors/deployments.ts'
import { Fault } from '../compose/fault.ts'
import type { Folder } from './folder.ts'
import { readText } from './text.ts'

/** The base compose file of a deployment, word for word. */
export async function readComposeText(folder: Folder): Promise<{ name: string; content: string; filename: string }> {
  const [filename] = folder.files
  if (filename === undefined || folder.real === undefined) throw new ComposeInvalid(folder.error ?? folder.name)
  // Read within the folder that it was found in: what it links to now may lie elsewhere.
  try {
    const root = await realpath(path.dirname(folder.path))
    const limits = { root, rootName: 'deployments_path', maxBytes: 256 * 1024 }
    const found = await readText(path.join(folder.real, filename), limits)
    if (!found) throw new Fault('is gone')
    return { name: folder.name, content: found.text, filename }
  } catch (cause) {
    if (cause instanceof Fault) throw new ComposeInvalid(`${filename} ${cause.message}`)
    throw cause
  }
}
