import '../styles/later.css'
import { useMemo, useState } from 'preact/hooks'
import { segment } from '../lib/access/api.ts'
import { serverAt } from '../lib/address/places.ts'
import { useDesk } from '../lib/desk.ts'
import { Dialog } from './dialog.tsx'
import { Icon, type IconName } from './icon.tsx'

interface Hit {
  to: string
  icon: IconName
  name: string
  where: string
}

const SHOWN = 40

/** Search over every server and deployment that is known here. */
export function Palette({ close, typed = '' }: { close: () => void; typed?: string | undefined }) {
  const { servers, deployed, route } = useDesk()
  const [wanted, setWanted] = useState(typed)
  const [chosen, setChosen] = useState(0)
  const all = useMemo<readonly Hit[]>(
    () => [
      ...servers.value.map(({ name, self }) => ({
        to: serverAt(name),
        icon: 'servers' as const,
        name,
        where: self ? 'this server' : 'server'
      })),
      ...deployed.value.map(({ server, deployment }) => ({
        to: `/deployments/${segment(server)}/${segment(deployment.name)}`,
        icon: 'deployments' as const,
        name: deployment.name,
        where: `on ${server}`
      }))
    ],
    [servers.value, deployed.value]
  )
  const words = wanted.toLowerCase().split(/\s+/).filter(Boolean)
  const hits = all
    .filter(({ name, where }) => words.every((word) => `${name} ${where}`.toLowerCase().includes(word)))
    .slice(0, SHOWN)
  const at = Math.min(chosen, hits.length - 1)
  const open = (hit: Hit | undefined) => hit && route.go(hit.to)
  const openLog = (hit: Hit | undefined) =>
    hit && route.go(hit.icon === 'deployments' ? `${hit.to}?view=log` : `${hit.to}/events`)

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
        placeholder="A server or a deployment"
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
            key={hit.to}
            id={`hit-${index}`}
            role="option"
            aria-selected={index === at}
            tabIndex={-1}
            onClick={() => open(hit)}
          >
            <Icon name={hit.icon} />
            <span class="cut foreign">{hit.name}</span>
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
