import { useEffect, useRef, useState } from 'preact/hooks'
import { copied as copyText } from '../../lib/clipboard.ts'
import { Icon } from '../icon.tsx'

/** Text to take along, with a button that puts it on the clipboard, or selects it where the browser forbids that. */
export function Code({ text, label, focus }: { text: string; label: string; focus?: boolean }) {
  const [outcome, setOutcome] = useState<'copied' | 'selected'>()
  const body = useRef<HTMLSpanElement>(null)
  const button = useRef<HTMLButtonElement>(null)
  useEffect(() => {
    if (focus) button.current?.focus()
  }, [])

  async function copy() {
    if (await copyText(text)) {
      setOutcome('copied')
      setTimeout(() => setOutcome(undefined), 2000)
    } else {
      if (body.current) getSelection()?.selectAllChildren(body.current)
      setOutcome('selected')
    }
  }

  return (
    <div class="code">
      <span ref={body}>{text}</span>
      <button
        type="button"
        class="button bare icon tiny"
        ref={button}
        aria-label={outcome === 'copied' ? 'Copied' : `Copy ${label}`}
        onClick={copy}
      >
        <Icon name={outcome === 'copied' ? 'tick' : 'copy'} />
      </button>
      {outcome === 'selected' && (
        <p class="wrong" role="status">
          The browser lets no page on plain http copy. It is selected: press Ctrl C.
        </p>
      )}
    </div>
  )
}
