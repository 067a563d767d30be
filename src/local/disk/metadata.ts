import { Fault } from '../compose/fault.ts'
import { readDocuments } from '../compose/yaml/document.ts'
import { EMPTY } from '../compose/yaml/value.ts'
import { plainOf } from './plain.ts'

/** FlatRun's file beside a compose file. */
export const METADATA = 'service.yml'

/** A service.yml that cannot be read costs its part only. */
export async function metadataOf(file: string, read: (file: string) => Promise<string | undefined>) {
  try {
    const text = await read(file)
    const [document] = text === undefined ? [] : readDocuments(text)
    return { metadata: text === undefined ? undefined : plainOf(document?.value ?? EMPTY), warnings: [] }
  } catch (cause) {
    if (!(cause instanceof Fault)) throw cause
    return { metadata: undefined, warnings: [`${METADATA} ${cause.message}`] }
  }
}
