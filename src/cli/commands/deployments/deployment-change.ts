import type { Context } from '../../context.ts'
import { CliFault, EXIT } from '../../exit.ts'
import { type Row, row, text, texts } from '../../text/shape.ts'
import { harmless } from '../../text/words.ts'

interface Change {
  action: 'start' | 'stop' | 'restart'
  /** Of the deployment. */
  path: string
}

const LOOK_MS = 500

/**
 * Begins a change, tells its steps as they are made, and waits for its end however long that takes. An older agent
 * answers when it is done.
 */
export async function changeDeployment(context: Context, { action, path }: Change): Promise<void> {
  const { client, io } = context
  const begun = row(await client.send('POST', `${path}/${action}?wait=false`))
  const id = text(begun.job_id)
  if (id === '' || text(begun.message) !== '') {
    context.print(begun, () => harmless(text(begun.message) || `${action}: done`))
    return
  }
  const job = await follow(context, `${path}/jobs/${encodeURIComponent(id)}`)
  if (text(job.status) === 'failed') throw new CliFault(EXIT.failed, harmless(text(job.error) || `${action} failed`))
  const deployment = row(row(await client.get(path)).deployment)
  const why = text(deployment.status_reason)
  context.print(job, () =>
    harmless(`${text(deployment.name)} is ${text(deployment.status)}${why === '' ? '' : `: ${why}`}`)
  )
  io.signal.throwIfAborted()
}

async function follow({ client, io }: Context, path: string): Promise<Row> {
  for (let told = 0; ; ) {
    const job = row(await client.get(path))
    const lines = texts(job.lines)
    for (const line of lines.slice(told)) io.err(harmless(line))
    told = lines.length
    if (text(job.status) !== 'running' && text(job.status) !== 'pending') return job
    await io.wait(LOOK_MS)
  }
}
