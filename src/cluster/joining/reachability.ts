import { Type } from 'typebox'
import { Check } from 'typebox/value'
import type { Remote } from '../../remote/client.ts'
import { RemoteFailure } from '../../remote/failure.ts'
import type { PreflightCheck } from '../../schemas/joining/joining.ts'
import { dialable, type Self } from '../peers/self.ts'
import { type AllowInsecure, transportOf } from '../peers/transport.ts'
import type { OtherSide } from './member-record.ts'

const Health = Type.Object({ status: Type.String(), agent: Type.String() })

/** Whether an agent answers at a base URL: undefined when it does, else why not, as the end of a sentence. */
export async function whyUnreachable(
  remote: Pick<Remote, 'exchange' | 'deadlines'>,
  url: string,
  pins: readonly string[] = []
): Promise<string | undefined> {
  try {
    const { status, text } = await remote.exchange(
      url,
      { path: '/api/health', deadlineMs: remote.deadlines.reachMs, maxBytes: 16_384 },
      pins
    )
    return status === 200 && Check(Health, JSON.parse(text)) ? undefined : 'no agent at this address'
  } catch (error) {
    return error instanceof RemoteFailure ? error.message : 'no agent at this address'
  }
}

interface Around {
  self: Pick<Self, 'name' | 'dialPolicy' | 'isOwnUrl'>
  remote: Pick<Remote, 'exchange' | 'deadlines'>
  allowInsecure: AllowInsecure
}

type Applicant = OtherSide & { other_urls?: readonly string[] }

/** Whether this server reaches the one that wants to join; `url`: the first of its addresses at which an agent answers. */
export async function reachBack(
  applicant: Applicant,
  first: string,
  around: Around
): Promise<{ check: PreflightCheck; url?: string }> {
  const name = around.self.name()
  const check = (ok: boolean, detail: string) => ({ name: 'reach_back', ok, detail: detail.slice(0, MOST_WORDS) })
  const { pins, reach } = applicant.kind === 'sealed' ? applicant : { pins: [] }
  if (reach) return { check: check(true, `this server keeps connections open to ${name}`) }
  const found: string[] = []
  for (const url of [first, ...(await furtherPlaces(applicant, around))]) {
    const why = await whyUnreachable(around.remote, url, pins)
    if (why === undefined) return { check: check(true, `${name} reaches this server at ${url}`), url }
    found.push(`at ${url}: ${why}`)
  }
  const advice = 'Set cluster.advertise_url to an address that it can reach, or open the port'
  const failed = check(false, `${name} cannot reach this server ${found.join(', nor ')}. ${advice}`)
  return { check: { ...failed, code: 'callback_unreachable' } }
}

/** Its further addresses, less those that are ours as well. */
export async function furtherPlaces(
  { other_urls: urls = [], ...applicant }: Applicant,
  { self, allowInsecure }: Pick<Around, 'self' | 'allowInsecure'>
): Promise<string[]> {
  const places = urls
    .flatMap((text) => dialable(text, self.dialPolicy()) ?? [])
    .filter((url) => transportOf(url, applicant, allowInsecure) !== undefined)
  const own = await Promise.all(places.map((url) => self.isOwnUrl(url)))
  return places.filter((_, at) => !own[at])
}

/** Of a check's detail. */
const MOST_WORDS = 1_024
