import { computed } from '@preact/signals'
import { useEffect, useMemo } from 'preact/hooks'
import { useDesk } from './lib/desk.ts'
import plain from './mark.svg'
import bad from './mark-bad.svg'
import warn from './mark-warn.svg'

/** Among other tabs the icon tells what the title has no room for. */
const ICONS = { fine: plain, warn, bad }

/** What the tab of the page says: how many problems, where one is, on which server. */
export function Title({ screen }: { screen: string }) {
  const { problems, self } = useDesk()
  const text = useMemo(
    () =>
      computed(() => {
        const count = problems.value.length
        return `${count > 0 ? `(${count}) ` : ''}${screen} · ${self.value}`
      }),
    [screen]
  )
  useEffect(() => {
    document.title = text.value
  }, [text.value])
  const dot = problems.value.some(({ grave }) => grave) ? 'bad' : problems.value.length > 0 ? 'warn' : 'fine'
  useEffect(() => {
    document.querySelector('link[rel=icon]')?.setAttribute('href', ICONS[dot])
  }, [dot])
  return null
}
