import { Document, isNode, isScalar } from 'yaml'
import type { Config } from './shape.ts'

/** The config that counts, as YAML that reads like the file; with `origin`, each key says where its value came from. */
export function printConfig({ source }: Config, options: { origin?: boolean } = {}): string {
  const document = new Document({})
  for (const { key, value, origin } of source.entries) {
    const node = document.createNode(value, { flow: true })
    if (options.origin && isNode(node)) node.comment = ` ${origin}`
    if (isScalar(node) && value === '') node.type = 'QUOTE_DOUBLE'
    document.setIn(key.split('.'), node)
  }
  return document.toString({ lineWidth: 0 })
}
