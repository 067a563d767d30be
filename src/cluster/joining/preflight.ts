import { Check } from 'typebox/value'
import type { Remote } from '../../remote/client.ts'
import { CLOCKS_APART_MS, clocksApart, clocksDiffer } from '../../schemas/clock.ts'
import { type PreflightCheck, PreflightReply, type SealedRequestContent } from '../../schemas/joining.ts'
import { FEATURES } from '../peers/self.ts'
import { askInviter } from './exchange-client.ts'

interface Question {
  urls: readonly string[]
  sealTo: string
  pins: readonly string[]
  content: Omit<SealedRequestContent, 'preflight'>
  now: () => number
}

/**
 * Asks the inviter what would fail, before anything is spent: it opens the sealed question, checks name and address as
 * it would at the exchange, and tries to reach us.
 */
export async function preflight(
  remote: Pick<Remote, 'exchange' | 'deadlines'>,
  { urls, sealTo, pins, content, now }: Question
): Promise<PreflightCheck[]> {
  const checks: PreflightCheck[] = []
  for (const url of urls) {
    const sentAt = now()
    try {
      const reply = await askInviter(remote, { url, sealTo, pins, content: { ...content, preflight: true } })
      if (!Check(PreflightReply, reply)) throw new Error('it answered in a way that this version does not understand')
      const halfWay = (sentAt + now()) / 2
      return [...checks, ok('reach', `${url} answers`), ...judged(reply, halfWay)]
    } catch (error) {
      checks.push(failed('reach', error instanceof Error ? error.message : 'it cannot be asked', codeOf(error)))
    }
  }
  return checks
}

function judged(reply: PreflightReply, at: number): PreflightCheck[] {
  const apartMs = Math.abs(Date.parse(reply.time) - at)
  const known = reply.features.filter((feature) => FEATURES.some((ours) => ours === feature))
  return [
    ...reply.checks,
    known.length > 0
      ? ok('version', `it runs ${reply.version}`)
      : failed(
          'version',
          `it runs ${reply.version}, which has nothing in common with this one; upgrade the older of the two`
        ),
    apartMs <= CLOCKS_APART_MS.most
      ? ok('clock', clocksApart(apartMs) ? clocksDiffer(apartMs) : 'the clocks agree')
      : failed('clock', clocksDiffer(apartMs))
  ]
}

export const ok = (name: string, detail: string): PreflightCheck => ({ name, ok: true, detail })
export const failed = (name: string, detail: string, code?: string): PreflightCheck =>
  code === undefined ? { name, ok: false, detail } : { name, ok: false, detail, code }

const codeOf = (error: unknown) =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code.toLowerCase() : undefined
