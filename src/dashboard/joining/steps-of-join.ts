import type { PreflightCheck } from '../../schemas/joining/joining.ts'
import type { Api } from '../lib/access/api.ts'
import { asFault, type Fault, notOffered } from '../lib/access/fault.ts'
import type { Stage } from './attempt.ts'

export interface JoinWish {
  invite_token: string
  peer_url?: string
}

export interface Step {
  name: string
  state: 'done' | 'failed' | 'now' | 'next'
  detail: string
}

const WORDS: Record<string, string> = {
  token: 'The token is good',
  invite: 'The invite is open',
  self: 'It is another server',
  reach: 'The other server is reached',
  name: 'The name of this server is free there',
  reach_back: 'It reaches this server',
  address: 'It reaches this server',
  version: 'The versions fit',
  clock: 'The clocks agree'
}

/** What would fail, asked before anything is spent. A node that cannot be asked has nothing against it. */
export async function checksBefore(api: Api, wish: JoinWish): Promise<readonly PreflightCheck[]> {
  try {
    return (await api.post<{ checks: PreflightCheck[] }>('/cluster/preflight', wish)).checks
  } catch (thrown) {
    const fault = asFault(thrown)
    if (notOffered(fault)) return []
    throw fault
  }
}

/** What stands against a join: a failed check, unless it is one of several addresses of which another is reached. */
export const against = (checks: readonly PreflightCheck[]) =>
  checks.filter(({ ok, name }) => !ok && !checks.some((other) => other.ok && other.name === name))

export const stepsOf = (checks: readonly PreflightCheck[]): Step[] =>
  checks.map(({ name, ok, detail }) => ({ name: WORDS[name] ?? name, state: ok ? 'done' : 'failed', detail }))

/** The join itself, behind the checks that came before it. */
export function progressOf(stage: Stage, { fault, answers }: { fault: Fault | undefined; answers: boolean }): Step[] {
  const joined = stage === 'joined'
  const step = (name: string, state: Step['state'], detail = ''): Step => ({ name, state, detail })
  if (stage === 'checking') return [step('Look for what would fail', 'now')]
  if (stage === 'blocked') return []
  if (stage === 'failed') return [step('Exchange keys', 'failed', fault?.message)]
  return [
    step('Exchange keys', joined ? 'done' : 'now'),
    step('See it answer', answers ? 'done' : joined ? 'now' : 'next')
  ]
}
