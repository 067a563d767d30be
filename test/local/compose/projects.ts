import { loadProject } from '../../../src/local/compose/project.ts'
import { lookupIn } from '../../../src/local/compose/variables/environment.ts'

/** The files of a project's folder, by name. */
export type Files = Record<string, string>

export interface Summary {
  name: string
  services: Record<string, ServiceSummary>
  /** What is not judged, and why. */
  unjudged: string[]
}

export interface ServiceSummary {
  image?: string
  ports?: string[]
  /** Where there is another one than `default`. */
  networks?: string[]
  /** `db`, `db healthy`, `db completed`, with `?` where it may be missing. */
  needs?: string[]
  replicas?: number
  lasting?: true
  external?: true
}

const FOLDER = '/srv/deployments/Shop'

/** What the model says of a project in a folder named Shop. Throws the Fault. */
export async function summaryOf(files: Files, environment: Record<string, string> = {}): Promise<Summary | undefined> {
  const project = await loadProject({
    root: FOLDER,
    folder: 'Shop',
    names: new Set(Object.keys(files).filter((name) => !name.includes('/'))),
    environment: lookupIn(environment),
    read: async (file) => files[file.slice(FOLDER.length + 1)]
  })
  if (!project) return undefined
  const services = project.services
    .filter(({ disabled }) => !disabled)
    .map((service): [string, ServiceSummary] => {
      const { name, image, ports, networks, dependsOn, replicas, lasting, external } = service
      const others = networks.filter((network) => network !== 'default')
      const needs = dependsOn.map(
        (need) => `${need.name}${need.condition === 'started' ? '' : ` ${need.condition}`}${need.required ? '' : '?'}`
      )
      return [
        name,
        {
          ...(image === '' ? {} : { image }),
          ...(ports.length === 0 ? {} : { ports: ports.toSorted() }),
          ...(others.length === 0 ? {} : { networks: others.toSorted() }),
          ...(needs.length === 0 ? {} : { needs: needs.toSorted() }),
          ...(replicas === 1 ? {} : { replicas }),
          ...(lasting ? { lasting } : {}),
          ...(external ? { external } : {})
        }
      ]
    })
  const unjudged = project.services.flatMap(({ name, unjudged: why }) => (why === undefined ? [] : [`${name}: ${why}`]))
  return {
    name: project.name,
    services: Object.fromEntries(services.toSorted(([a], [b]) => (a < b ? -1 : 1))),
    unjudged: [...project.incomplete, ...unjudged]
  }
}
