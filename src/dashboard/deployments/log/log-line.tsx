import { exact, stamp, wall } from '../../lib/words/format.ts'
import type { LogLine } from '../operations.ts'
import { marked } from './marks.ts'

/** One line: when, by whom, and its text in the colours of a terminal, with what is searched for marked. */
export function LogLineView({ line, wanted, to }: { line: LogLine; wanted: string; to: string | undefined }) {
  const at = wall(line.at)
  return (
    <>
      {at !== undefined && (
        <a href={to} title={exact(at)} aria-label={`Link to the line of ${stamp(at)}`}>
          <time>{stamp(at)}</time>
        </a>
      )}{' '}
      {line.service && <b class="foreign">{line.service}</b>}{' '}
      <span class="foreign">
        {marked(line.line, wanted).map(({ text, colour, hit }, part) => {
          const look = colour === '' ? '' : `ansi-${colour}`
          return hit ? (
            <mark key={part} class={look}>
              {text}
            </mark>
          ) : (
            <span key={part} class={look}>
              {text}
            </span>
          )
        })}
      </span>
    </>
  )
}
