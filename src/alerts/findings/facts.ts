import { type Static, Type } from 'typebox'
import { Value } from 'typebox/value'
import { plain, plural } from '../words.ts'

/** What is read of a server's figures and deployments: of FlatRun's agents too, and of whatever else they send. */
const Figures = Type.Object({
  system: Type.Object({
    cpu: Type.Object({ cores: Type.Number() }),
    memory: Type.Object({ usage_percent: Type.Number() }),
    disk: Type.Object({ usage_percent: Type.Number(), free: Type.Number() }),
    load_avg: Type.Object({ load5: Type.Number() })
  })
})
const Listed = Type.Object({
  name: Type.String(),
  status: Type.String(),
  error: Type.Optional(Type.String()),
  status_reason: Type.Optional(Type.String()),
  services: Type.Optional(
    Type.Array(Type.Object({ name: Type.String(), status: Type.String(), health: Type.Optional(Type.String()) }))
  )
})
export type Listed = Static<typeof Listed>

/** What is known of one server at one moment; absent is what it did not tell. */
export interface ServerFacts {
  name: string
  /** `self`, or the member's id. */
  id: string
  figures?: Static<typeof Figures>['system']
  deployments?: readonly Listed[]
  /** Why it cannot say what it runs; `deployments` is absent then. */
  unlisted?: string
  /** Wall milliseconds at which the certificate that it serves ends. */
  certificateEnds?: number | undefined
  clockOffsetMs?: number | undefined
  /** FlatRun’s agent behind this one, and why it cannot be used; absent where there is none. */
  flatrun?: { error?: string } | undefined
  /** Wall milliseconds of the newest backup, where a timer makes them. */
  backupAt?: number | undefined
}

export const figuresIn = (data: unknown) => (Value.Check(Figures, data) ? data.system : undefined)

export const deploymentsIn = (data: unknown) =>
  Array.isArray(data) ? data.filter((one) => Value.Check(Listed, one)) : undefined

/** What is worth knowing of a server that has gone, in one line. */
export function knownOf({ figures, deployments }: ServerFacts): string | undefined {
  const parts = [
    ...(figures ? [`disk ${Math.round(figures.disk.usage_percent)} %`] : []),
    ...(figures ? [`memory ${Math.round(figures.memory.usage_percent)} %`] : []),
    ...(figures ? [`load ${figures.load_avg.load5}`] : []),
    ...(deployments ? [countOf(deployments)] : [])
  ]
  return parts.length > 0 ? parts.join(', ') : undefined
}

function countOf(deployments: readonly Listed[]): string {
  const known = deployments.filter(({ status }) => status !== 'unknown')
  const running = known.filter(({ status }) => status === 'running').length
  const all = plural(deployments.length, 'deployment')
  if (known.length === 0 && deployments.length > 0) return `${all} of unknown state`
  return running === deployments.length ? all : `${all}, ${running} of them running`
}

export const nameIn = (name: string) => plain(name, 100)
