import type { ComponentChildren } from 'preact'
import { useLayoutEffect, useRef } from 'preact/hooks'
import { Icon } from './icon.tsx'

/**
 * A modal dialog: the browser keeps the focus inside, and gives it back to where it came from. It has the focus as soon
 * as it is there; keys pressed before the next frame would be lost otherwise.
 */
export function Dialog(props: { title: string; close: () => void; children: ComponentChildren; class?: string }) {
  const dialog = useRef<HTMLDialogElement>(null)
  useLayoutEffect(() => {
    const before = document.activeElement
    dialog.current?.showModal()
    // The first thing to be done is not to close it.
    if (document.activeElement?.getAttribute('aria-label') === 'Close') dialog.current?.focus()
    return () => {
      if (before instanceof HTMLElement) before.focus()
    }
  }, [])
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes a dialog by itself
    <dialog
      ref={dialog}
      tabIndex={-1}
      class={`dialog ${props.class ?? ''}`}
      aria-label={props.title}
      onClose={props.close}
      onClick={(event) => {
        if (event.target === dialog.current) props.close()
      }}
    >
      <div>
        {props.class?.includes('palette') ? null : (
          <header>
            <h2>{props.title}</h2>
            <button type="button" class="button bare icon tiny push" aria-label="Close" onClick={props.close}>
              <Icon name="cross" />
            </button>
          </header>
        )}
        {props.children}
      </div>
    </dialog>
  )
}
