import { verdictLook } from '../../parts/state.tsx'
import { plural } from '../words/format.ts'
import type { Problem } from './problems.ts'

/** Many problems of one kind, as one line that leads to exactly those. */
export interface ProblemGroup {
  kind: string
  count: number
  title: string
  names: readonly string[]
  to: string
  /** Of all of them alike. */
  remedy: string | undefined
  grave: boolean
}

const SINGLY = 5
const OF_DEPLOYMENTS: Readonly<Record<string, string>> = { partial: 'partly up', error: 'in error' }
const WORDS: Readonly<Record<string, string>> = {
  full: 'nearly full',
  unsure: 'not fully known',
  clock: 'with another clock'
}

/** The problems in their order, where more than five of a kind are one line. */
export function groupedProblems(found: readonly Problem[]): (Problem | ProblemGroup)[] {
  const kinds = Map.groupBy(found, ({ kind }) => kind)
  const lines = [...kinds].flatMap(([kind, those]): (Problem | ProblemGroup)[] =>
    those.length <= SINGLY ? those : [groupOf(kind, those)]
  )
  return [...lines.filter(({ grave }) => grave), ...lines.filter(({ grave }) => !grave)]
}

function groupOf(kind: string, those: readonly Problem[]): ProblemGroup {
  const verdict = those[0]?.verdict
  const deployments = OF_DEPLOYMENTS[kind]
  return {
    kind,
    count: those.length,
    title: deployments
      ? `${plural(those.length, 'deployment')} ${deployments}`
      : `${plural(those.length, 'server')} ${WORDS[kind] ?? (verdict ? verdictLook(verdict).word : kind)}`,
    names: those.slice(0, 3).map(({ name }) => name),
    remedy: those.every(({ remedy }) => remedy === those[0]?.remedy) ? those[0]?.remedy : undefined,
    to: deployments ? `/deployments?problem=${kind}` : `/servers?state=${kind}`,
    grave: those.some(({ grave }) => grave)
  }
}
