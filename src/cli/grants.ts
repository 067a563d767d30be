import { CliFault, EXIT } from './exit.ts'

/** Words for what a peer may do here, and the capabilities that they stand for. */
const SETS: Readonly<Record<string, readonly string[]>> = {
  none: [],
  read: ['fleet.read', 'deployments.read', 'capacity.read'],
  run: ['fleet.read', 'deployments.read', 'deployments.run', 'capacity.read']
}
const CAPABILITY = /^[a-z]+\.[a-z]+$/

export const GRANTS_HELP = 'Its access here: read, run (as usual: also start and stop), none, or capabilities'

/** `read`, `run`, `none`, or capabilities with commas between them. @throws CliFault */
export function grantsOf(words: string): { capability: string }[] {
  const capabilities = SETS[words] ?? words.split(',').map((word) => word.trim())
  const wrong = capabilities.find((word) => !CAPABILITY.test(word))
  if (wrong !== undefined)
    throw new CliFault(
      EXIT.usage,
      `"${wrong}" is no grant`,
      `One of ${Object.keys(SETS).join(', ')}, or capabilities such as deployments.read`
    )
  return capabilities.map((capability) => ({ capability }))
}
