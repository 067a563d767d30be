import { percent } from '../../lib/words/format.ts'

/** A share of something limited. It warns from 80 % and shouts from 92 %; `calm` for what may well be used up, as processors. */
export function Meter({ value, label, calm }: { value: number | undefined; label: string; calm?: boolean }) {
  if (value === undefined) return <span class="faint">–</span>
  const share = Math.min(100, Math.max(0, value))
  const level = calm ? 'fine' : share >= 92 ? 'bad' : share >= 80 ? 'warn' : 'fine'
  return (
    <div
      class="meter"
      data-level={level}
      role="meter"
      aria-label={label}
      aria-valuenow={Math.round(share)}
      aria-valuemin={0}
      aria-valuemax={100}
    >
      <svg viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
        <rect class="bed" width="100" height="4" />
        <rect class="fill" width={share} height="4" />
      </svg>
      <span>{percent(share)}</span>
    </div>
  )
}
