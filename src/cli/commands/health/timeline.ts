import type { Selected } from '../../agent/selection.ts'
import type { Context } from '../../context.ts'
import { EXIT } from '../../exit.ts'
import { number, type Row, row, rows, text, texts } from '../../text/shape.ts'
import { type Cell, tableOf } from '../../text/table.ts'
import { clockTime, colorOf, dayHeading, harmless, zoneOf } from '../../text/words.ts'

interface Wanted {
  fromMs: number | undefined
  toMs: number | undefined
  selected: Selected | undefined
  deployment: string
  /** Rows at most; the newest. */
  most: number
  fits: (row: Row) => boolean
}

const PAGE = 500

/** `events --all`: what happened on all servers and who did it, oldest first, a heading for each day. */
export async function printTimeline(context: Context, wanted: Wanted): Promise<number> {
  const { io, json, paint } = context
  const { found, servers, cut } = await read(context, wanted)
  const lines = found.toReversed()
  if (json) for (const line of lines) io.out(JSON.stringify(line))
  else io.out(lines.length === 0 ? 'None' : table(lines, context))
  if (cut) io.err(`older ones are left out: --limit ${wanted.most} was reached`)
  const silent = servers.filter(({ answered }) => answered !== true)
  for (const { name, error } of silent) io.err(paint('red', harmless(`${text(name)} gave no answer: ${text(error)}`)))
  const since = wanted.fromMs
  for (const { name, remembers_since: kept } of servers)
    if (since !== undefined && Date.parse(text(kept)) > since)
      io.err(harmless(`${text(name)} remembers nothing before ${dayHeading(text(kept))}, ${clockTime(text(kept))}`))
  return silent.length === 0 ? EXIT.ok : EXIT.unhealthy
}

async function read({ client }: Context, { fromMs, toMs, selected, deployment, most, fits }: Wanted) {
  const time = (name: string, ms: number | undefined) =>
    ms === undefined ? {} : { [name]: new Date(ms).toISOString() }
  const query = {
    ...selected,
    ...time('from', fromMs),
    ...time('to', toMs),
    ...(deployment !== '' && { deployment }),
    limit: String(Math.min(PAGE, most))
  }
  const found: Row[] = []
  let servers: Row[] = []
  for (let before = ''; ; ) {
    const page = row(await client.get('/cluster/timeline', { ...query, ...(before !== '' && { before }) }))
    found.push(...rows(page.rows).filter(fits))
    if (servers.length === 0) servers = Object.values(row(page.servers)).map(row)
    before = text(page.next)
    if (before === '' || found.length >= most)
      return { found: found.slice(0, most), servers, cut: before !== '' || found.length > most }
  }
}

const HEADS = ['TIME', 'SERVER', 'WHAT', 'ABOUT', 'BY', 'HOW']

function table(lines: readonly Row[], { paint }: Context): string {
  const [head = '', ...body] = tableOf(HEADS, lines.map(cells), paint).split('\n')
  const days = lines.map(({ at }) => dayHeading(text(at)))
  return [
    head,
    ...body.flatMap((line, index) =>
      days[index] === days[index - 1]
        ? [line]
        : [paint('bold', `${days[index]}, ${zoneOf(text(lines[index]?.at))}`), line]
    )
  ].join('\n')
}

function cells(line: Row): (Cell | string)[] {
  const { act, facts, seen_by } = line
  const about = text(line.deployment) || text(line.peer) || text(row(act).target)
  const result = number(row(act).result)
  const what = line.type === 'act' ? text(row(act).what).replace(' /api', ' ') : text(line.type)
  const change = line.to === undefined ? '' : `${text(line.from)} → ${text(line.to)}`
  const others = texts(seen_by).slice(1)
  const how = [
    change,
    line.type === 'act' && result !== undefined ? String(result) : '',
    ...[text(row(facts).action), text(row(facts).outcome)],
    text(line.reason),
    others.length > 0 ? `also seen by ${others.slice(0, 3).join(', ')}${others.length > 3 ? ' and more' : ''}` : ''
  ].filter((part) => part !== '')
  return [
    clockTime(text(line.at)),
    text(line.server),
    what,
    about,
    text(line.by),
    { text: how.join(' · ') || ' ', color: colorOf(text(line.to)) }
  ]
}
