import { Check } from 'typebox/value'
import { ContactFailed } from '../../errors/joining.ts'
import type { Remote } from '../../remote/client.ts'
import { CLOCKS_APART_MS, clocksApart, clocksDiffer } from '../../schemas/clock.ts'
import { type PreflightCheck, PreflightReply, type SealedRequestContent } from '../../schemas/joining/joining.ts'
import type { Invitation } from '../../security/invite-token.ts'
import { codeOf } from '../../untyped.ts'
import { FEATURES } from '../peers/self.ts'
import { askInviter } from './exchange-client.ts'
import { whyUnreachable } from './reachability.ts'

interface Question {
  urls: readonly string[]
  invitation: Extract<Invitation, { kind: 'sealed' }>
  content: SealedRequestContent
  now: () => number
}

/** A check; of one that is not good the error behind it, where there is one, and whether the way back can be turned round, or where we were reached. */
export type Look = PreflightCheck & { cause?: unknown; turns?: boolean; reachedAt?: string | undefined }

/**
 * Asks the inviter what would fail, before anything is spent: it opens the sealed question, checks name and address as
 * it would at the exchange, and tries to reach us.
 */
export async function preflight(
  remote: Pick<Remote, 'exchange' | 'deadlines'>,
  { urls, invitation, content, now }: Question
): Promise<Look[]> {
  const checks: Look[] = []
  for (const url of urls) {
    const sentAt = now()
    try {
      const reply = await askInviter(remote, { url, invitation, content: { ...content, preflight: true } })
      if (!Check(PreflightReply, reply)) throw new Error('it answered in a way that this version does not understand')
      const halfWay = (sentAt + now()) / 2
      return [...checks, ok('reach', `${url} answers`), ...judged(reply, halfWay)]
    } catch (cause) {
      const detail = cause instanceof Error ? cause.message : 'it cannot be asked'
      checks.push({ ...failed('reach', detail, codeOf(cause)?.toLowerCase()), cause })
    }
  }
  return checks
}

/** Plain FlatRun cannot be asked more than whether it is there. */
export async function reachPlain(
  remote: Pick<Remote, 'exchange' | 'deadlines'>,
  [url = '']: readonly string[]
): Promise<Look[]> {
  const why = await whyUnreachable(remote, url)
  return [
    why === undefined
      ? ok('reach', `${url} answers`)
      : { ...failed('reach', `Failed to contact peer: ${why}`, 'peer_unreachable'), cause: new ContactFailed(why) }
  ]
}

function judged(reply: PreflightReply, at: number): Look[] {
  const apartMs = Math.abs(Date.parse(reply.time) - at)
  const known = reply.features.filter((feature) => FEATURES.some((ours) => ours === feature))
  return [
    ...reply.checks.map((check) => ({
      ...check,
      turns: turnsRound(check, reply),
      reachedAt: check.name === 'reach_back' && check.ok ? reply.url : undefined
    })),
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

/** It cannot dial us, and takes the connections that we open instead. */
const turnsRound = ({ name, ok }: PreflightCheck, { features }: PreflightReply) =>
  name === 'reach_back' && !ok && features.includes('reverse')

export const ok = (name: string, detail: string): PreflightCheck => ({ name, ok: true, detail })
const failed = (name: string, detail: string, code?: string): PreflightCheck =>
  code === undefined ? { name, ok: false, detail } : { name, ok: false, detail, code }
