import { type Static, Type } from 'typebox'
import { Duration } from '../duration.ts'
import { FULL } from '../full.ts'

const DAY_MS = 86_400_000
const section = { additionalProperties: false, default: {} } as const

const enabled = (what: string) => Type.Boolean({ default: true, description: `Tell of ${what}` })
const lasting = (usual: string) => Duration({ default: usual, description: 'How long it must be so' })
const percent = (usual: number) =>
  Type.Integer({ default: usual, minimum: 1, maximum: 100, description: 'Percent used' })

/** What people are told of besides peers that are away, each with what it takes. */
export const AlertRules = Type.Object(
  {
    disk: Type.Object(
      { enabled: enabled('disks that fill up'), over: percent(FULL.disk), for: lasting('5m') },
      section
    ),
    memory: Type.Object(
      { enabled: enabled('memory that runs out'), over: percent(FULL.memory), for: lasting('15m') },
      section
    ),
    load: Type.Object(
      {
        enabled: enabled('machines that cannot keep up'),
        over: Type.Integer({
          default: 4,
          minimum: 1,
          maximum: 1_000,
          description: 'Load of five minutes for each processor'
        }),
        for: lasting('15m')
      },
      section
    ),
    deployment: Type.Object(
      { enabled: enabled('deployments that are in error, partial or unhealthy'), for: lasting('5m') },
      section
    ),
    restarts: Type.Object({ enabled: enabled('containers that restart again and again') }, section),
    engine: Type.Object({ enabled: enabled('container engines that are gone'), for: lasting('5m') }, section),
    flatrun: Type.Object(
      { enabled: enabled('FlatRun’s agent behind this one, when it is gone'), for: lasting('2m') },
      section
    ),
    certificate: Type.Object(
      {
        enabled: enabled('certificates that end'),
        within: Duration({ default: '14d', description: 'How long before', longestMs: 400 * DAY_MS })
      },
      section
    ),
    clock: Type.Object({ enabled: enabled('clocks that are apart by 30 s'), for: lasting('10m') }, section),
    backup: Type.Object(
      {
        enabled: enabled('backups that are missing, where they are made by a timer'),
        older: Duration({ default: '3d', description: 'Age of the newest backup', longestMs: 400 * DAY_MS })
      },
      section
    )
  },
  section
)
export type AlertRules = Static<typeof AlertRules>
