import { useDesk } from '../lib/desk.ts'
import { Icon } from './icon.tsx'

/** News at the edge of the page, and the sentence that is spoken to a screen reader. */
export function Toasts() {
  const { toasts } = useDesk()
  return (
    <>
      <div class="unseen" aria-live="polite">
        {toasts.spoken.value}
      </div>
      <div class="toasts" role="log" aria-label="Notifications">
        {toasts.shown.value.map((toast) => (
          <div class={`toast ${toast.bad ? 'bad' : ''}`} key={toast.id} role={toast.bad ? 'alert' : undefined}>
            <Icon name={toast.bad ? 'warn' : 'tick'} />
            <span class="foreign">{toast.text}</span>
            <button
              type="button"
              class="button bare icon tiny"
              aria-label="Dismiss"
              onClick={() => toasts.drop(toast.id)}
            >
              <Icon name="cross" size={14} />
            </button>
          </div>
        ))}
      </div>
    </>
  )
}
