import { type Fault, notOffered } from '../../lib/access/fault.ts'
import { copied } from '../../lib/clipboard.ts'
import type { Resource } from '../../lib/data/resource.ts'
import { useDesk } from '../../lib/desk.ts'
import { Ago } from '../ago.tsx'

/** What went wrong with one panel: what, why, and what can be done. What was there stays below it. */
export function FaultNotice({ of, what }: { of: Resource<unknown>; what: string }) {
  const { toasts } = useDesk()
  const fault = of.fault.value
  if (!fault) return null
  return (
    <div class="notice bad" role="alert">
      <strong>{title(fault, what)}</strong>
      <span class="foreign">{fault.message}</span>
      {of.data.value !== undefined && (
        <span class="soft">
          Showing what was true <Ago at={of.at.value} word=" ago" />.
        </span>
      )}
      <span class="push">
        <button
          type="button"
          class="button tiny bare"
          onClick={() => {
            void copied(details(fault, what)).then((done) =>
              done
                ? toasts.show('Details copied')
                : toasts.show('The browser lets no page on plain http copy', { bad: true })
            )
          }}
        >
          Copy details
        </button>
        <button type="button" class="button tiny" onClick={of.refresh}>
          Try again
        </button>
      </span>
    </div>
  )
}

function title(fault: Fault, what: string): string {
  if (fault.status === 403) return `You may not see ${what}.`
  if (notOffered(fault)) return `This server does not offer ${what}.`
  if (fault.status === 0) return `No answer about ${what}.`
  return `Could not get ${what}.`
}

const details = (fault: Fault, what: string) =>
  [
    `what: ${what}`,
    `status: ${fault.status}`,
    `code: ${fault.code}`,
    `message: ${fault.message}`,
    `request: ${fault.requestId ?? '–'}`,
    `at: ${new Date().toISOString()}`
  ].join('\n')
