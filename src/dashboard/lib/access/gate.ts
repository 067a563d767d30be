import { computed, signal } from '@preact/signals'
import type { Desk } from '../desk.ts'
import { asFault, type Fault } from './fault.ts'
import { takeTicket } from './session.ts'

export type Gate = ReturnType<typeof createGate>

/** What stands before the dashboard: is a key needed at all, is there one, and did a printed link bring a ticket. */
export function createGate({ api, session }: Pick<Desk, 'api' | 'session'>, page: Window) {
  const keyNeeded = signal<boolean | undefined>(undefined)
  const fault = signal<Fault | undefined>(undefined)
  const stage = computed(() => {
    if (keyNeeded.value === undefined) return fault.value ? 'no-answer' : 'starting'
    return keyNeeded.value && session.token.value === undefined ? 'sign-in' : 'in'
  })
  const ticket = takeTicket(page)

  async function signIn(credential: { api_key: string } | { ticket: string }, keep: boolean): Promise<void> {
    const { token } = await api.post<{ token: string }>('/auth/login', credential)
    session.begin(token, keep)
  }

  async function open(): Promise<void> {
    fault.value = undefined
    try {
      if (ticket && session.token.value === undefined) {
        // A link that was used already only means that a key is asked for.
        await signIn({ ticket }, false).catch((thrown: unknown) => {
          fault.value = asFault(thrown)
        })
      }
      const { enabled } = await api.get<{ enabled: boolean }>('/auth/status')
      keyNeeded.value = enabled
    } catch (thrown) {
      fault.value = asFault(thrown)
      setTimeout(() => void open(), 5000)
    }
  }

  return { stage, keyNeeded, fault, ticketUsed: ticket !== undefined, signIn, open }
}
