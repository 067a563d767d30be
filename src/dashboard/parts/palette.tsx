import '../styles/later.css'
import { useMemo, useState } from 'preact/hooks'
import { useDesk } from '../lib/desk.ts'
import { Dialog } from './dialog.tsx'
import { Icon } from './icon.tsx'
import { type Hit, hitsFor } from './palette-hits.ts'
import { StatusMark, VerdictMark } from './state.tsx'

const SHOWN = 40

/** Search over every server and deployment that is known here, and over what can be done with them. */
export function Palette({ close, typed = '' }: { close: () => void; typed?: string | undefined }) {
  const desk = useDesk()
  const { servers, deployed, route } = desk
  const [wanted, setWanted] = useState(typed)
  const [chosen, setChosen] = useState(0)
  const words = wanted.toLowerCase().split(/\s+/).filter(Boolean)
  const all = useMemo(() => hitsFor(desk), [servers.value, deployed.value])
  const hits = useMemo(() => found(all, words).slice(0, SHOWN), [all, wanted])
  const at = Math.min(chosen, hits.length - 1)
  const open = (hit: Hit | undefined) => {
    if (!hit) return
    if ('to' in hit) return route.go(hit.to)
    close()
    hit.act()
  }
  const openLog = (hit: Hit | undefined) => hit && ('log' in hit ? route.go(hit.log) : open(hit))

  return (
    <Dialog title="Search" close={close} class="palette">
      <input
        class="input"
        type="text"
        role="combobox"
        aria-expanded="true"
        aria-controls="hits"
        aria-activedescendant={hits[at] ? `hit-${at}` : undefined}
        aria-label="Search servers and deployments"
        placeholder="A server, a deployment, or what to do: restart shop, invite"
        autoComplete="off"
        spellcheck={false}
        value={wanted}
        onInput={(event) => {
          setWanted(event.currentTarget.value)
          setChosen(0)
        }}
        onKeyDown={(event) => {
          if (event.key === 'ArrowDown') setChosen(Math.min(at + 1, hits.length - 1))
          else if (event.key === 'ArrowUp') setChosen(Math.max(at - 1, 0))
          else if (event.key === 'Enter' && event.shiftKey) openLog(hits[at])
          else if (event.key === 'Enter') open(hits[at])
          else return
          event.preventDefault()
        }}
      />
      <div id="hits" class="hits" role="listbox" aria-label="Found">
        {hits.map((hit, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the input above has the keys of the whole list
          <div
            key={`${hit.name} ${hit.where}`}
            id={`hit-${index}`}
            role="option"
            aria-selected={index === at}
            tabIndex={-1}
            onClick={() => open(hit)}
          >
            <Icon name={hit.icon} />
            <span class="cut foreign">{hit.name}</span>
            {'verdict' in hit && <VerdictMark verdict={hit.verdict} />}
            {'status' in hit && <StatusMark status={hit.status} />}
            <small class="foreign nowrap">{hit.where}</small>
          </div>
        ))}
      </div>
      {hits.length > 0 && (
        <p class="none small">
          <kbd>Enter</kbd> opens it, <kbd>Shift Enter</kbd> its log
        </p>
      )}
      {hits.length === 0 && <p class="none">Nothing is called “{wanted}”.</p>}
    </Dialog>
  )
}

/** What has every word in it; what begins with the first one comes first, and actions only when they are asked for. */
function found(all: readonly Hit[], words: readonly string[]): readonly Hit[] {
  const fits = all.filter(
    ({ name, where, asked = '' }) =>
      words.every((word) => `${name} ${where}`.toLowerCase().includes(word)) &&
      (asked === '' || (words[0] !== undefined && asked.startsWith(words[0])))
  )
  const [first = ''] = words
  const begins = ({ name }: Hit) => (name.toLowerCase().startsWith(first) ? 0 : 1)
  return first === '' ? fits : fits.toSorted((a, b) => begins(a) - begins(b))
}
