import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'

interface HoldingOptions {
  /** What the box shows; its foot moves when it is another one. */
  lines: readonly unknown[]
  /** The line that the address names is among them. */
  found: boolean
  /** From the start, since a line is looked for. */
  held: boolean
}

/** So near to the foot is at it. */
const NEAR_PX = 40

/** A box that is held still by scrolling up, and follows its foot again when that is reached. */
export function useHolding({ lines, found, held: begins }: HoldingOptions) {
  const [held, setHeld] = useState(begins)
  const box = useRef<HTMLPreElement>(null)
  /** From the foot: older lines come in above what is read, which stays where it is. */
  const kept = useRef<number | undefined>(undefined)

  useLayoutEffect(() => {
    const place = box.current
    if (!place) return
    if (kept.current !== undefined) place.scrollTop = place.scrollHeight - kept.current
    else if (!held) place.scrollTop = place.scrollHeight
  }, [lines, held])
  useEffect(() => {
    if (found) box.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'center' })
  }, [found])

  return {
    box,
    held,
    /** By hand. */
    flip() {
      kept.current = undefined
      setHeld(!held)
    },
    /** Before lines come in above. */
    keep() {
      if (box.current) kept.current = box.current.scrollHeight - box.current.scrollTop
      setHeld(true)
    },
    onScroll({ currentTarget: { scrollTop, scrollHeight, clientHeight } }: { currentTarget: HTMLPreElement }) {
      const atFoot = scrollHeight - scrollTop - clientHeight <= NEAR_PX
      if (atFoot) kept.current = undefined
      setHeld(!atFoot)
    }
  }
}
