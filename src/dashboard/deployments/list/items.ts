import type { DeploymentStatus } from '../../../schemas/deployments/deployment.ts'
import { compare, type DeploymentRow, type ServerRow, statusOf } from '../../lib/data/rows.ts'
import { plural } from '../../lib/words/format.ts'
import { byTag, headOf } from '../../tables/by-tag.ts'
import { fingerprint } from '../images.ts'
import type { DeploymentItem } from './deployment-table.tsx'

const BADNESS: Record<DeploymentStatus, number> = { error: 0, partial: 1, unknown: 2, stopped: 3, running: 4 }

/** Whether a row is on a server that is meant, and has each word in it. */
export function fits(
  { server, deployment }: DeploymentRow,
  words: readonly string[],
  on: ReadonlySet<string> | undefined
): boolean {
  if (on && !on.has(server)) return false
  const text = `${deployment.name} ${server} ${deployment.services.map(({ image }) => image).join(' ')}`.toLowerCase()
  return words.every((word) => text.includes(word))
}

/** Sorted by server, each server is a group; sorted by name, what differs between servers is marked. */
export function itemsOf(
  shown: readonly DeploymentRow[],
  all: readonly DeploymentRow[],
  { sort, down, tags }: { sort: string; down: boolean; tags: ReadonlyMap<string, readonly string[]> | undefined }
): DeploymentItem[] {
  const sign = down ? -1 : 1
  const byName = (a: DeploymentRow, b: DeploymentRow) => compare(a.deployment.name, b.deployment.name)
  const drifting = driftsAmong(all)
  const item = (row: DeploymentRow) => ({ row, drift: drifting.has(row.deployment.name) })
  if (tags) {
    return byTag(shown, ({ server }) => tags.get(server) ?? []).flatMap(([tag, rows]) => [
      { group: { name: headOf(tag), note: plural(rows.length, 'deployment') } },
      ...rows.map((row) => ({ ...item(row), under: headOf(tag) }))
    ])
  }
  if (sort === 'status') {
    const rank = (row: DeploymentRow) => BADNESS[statusOf(row)]
    return shown.toSorted((a, b) => sign * (rank(a) - rank(b)) || byName(a, b)).map(item)
  }
  if (sort !== 'server') return (down ? shown.toReversed() : shown).map(item)
  const groups = Map.groupBy(shown, ({ server }) => server)
  return [...groups]
    .sort(([a], [b]) => sign * compare(a, b))
    .flatMap(([name, rows]) => [{ group: { name, note: plural(rows.length, 'deployment') } }, ...rows.map(item)])
}

export const tagsBy = (servers: readonly ServerRow[]) => new Map(servers.map(({ name, tags }) => [name, tags]))

/** Names that run on several servers, and not the same images everywhere. */
function driftsAmong(rows: readonly DeploymentRow[]): ReadonlySet<string> {
  const prints = new Map<string, string>()
  const drifting = new Set<string>()
  for (const { deployment } of rows) {
    const print = fingerprint(deployment)
    const known = prints.get(deployment.name)
    if (known !== undefined && known !== print) drifting.add(deployment.name)
    prints.set(deployment.name, print)
  }
  return drifting
}
