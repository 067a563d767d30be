import { useState } from 'preact/hooks'
import { Icon } from './icon.tsx'

/** Text to take along, with a button that puts it on the clipboard. */
export function Code({ text, label }: { text: string; label: string }) {
  const [copied, setCopied] = useState(false)
  return (
    <div class="code">
      {text}
      <button
        type="button"
        class="button bare icon tiny"
        aria-label={copied ? 'Copied' : `Copy ${label}`}
        onClick={() => {
          void navigator.clipboard.writeText(text).then(() => {
            setCopied(true)
            setTimeout(() => setCopied(false), 2000)
          })
        }}
      >
        <Icon name={copied ? 'tick' : 'copy'} />
      </button>
    </div>
  )
}
