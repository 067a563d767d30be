import type { ComponentChildren } from 'preact'
import { useErrorBoundary } from 'preact/hooks'

/** What could not be drawn takes only its own part of the page with it, and says so. */
export function Boundary({ children }: { children: ComponentChildren }) {
  const [fault, again] = useErrorBoundary()
  if (!fault) return <>{children}</>
  return (
    <div class="empty" role="alert">
      <h2>This part of the page could not be drawn</h2>
      <p class="foreign">{fault instanceof Error ? fault.message : String(fault)}</p>
      <p class="row">
        <button type="button" class="button" onClick={again}>
          Try again
        </button>
        <button type="button" class="button bare" onClick={() => location.reload()}>
          Load the page again
        </button>
      </p>
    </div>
  )
}
