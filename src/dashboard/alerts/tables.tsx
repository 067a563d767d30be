import type { ComponentChildren } from 'preact'
import type { AlertsView } from '../../schemas/alerts/alert-api.ts'
import { wall } from '../lib/words/format.ts'
import { Ago, Until } from '../parts/ago.tsx'
import { kindWord } from './kinds.ts'

interface Acting<Of = string> {
  /** Absent where this key may change nothing. */
  act?: ((of: Of) => ComponentChildren) | undefined
}

type Targets = AlertsView['targets']

function Head({ words }: { words: readonly (readonly [word: string, look: string])[] }) {
  return (
    <thead>
      <tr>
        {words.map(([word, look]) => (
          <th key={word} class={look}>
            {word === 'Actions' ? <span class="unseen">{word}</span> : word}
          </th>
        ))}
      </tr>
    </thead>
  )
}

/** Who is told, and whether messages arrive. */
export function TargetTable({ targets, act }: Acting<Targets[number]> & { targets: Targets }) {
  return (
    <table class="table">
      <Head
        words={[
          ['Target', 'first'],
          ['Kind', 'w-act if-phone'],
          ['Where', 'if-phone'],
          ['State', ''],
          ['Actions', 'w-act']
        ]}
      />
      <tbody>
        {targets.map((target) => (
          <tr key={target.name}>
            <td class="first">
              <span class="cut foreign">{target.name}</span>
            </td>
            <td class="if-phone soft">{kindWord(target.type)}</td>
            <td class="if-phone soft">
              <span class="cut foreign" title={target.where}>
                {target.where}
              </span>
            </td>
            <td>
              {target.failing_since === undefined ? (
                <span class="soft">{target.waiting > 0 ? `sending ${target.waiting}` : 'ready'}</span>
              ) : (
                <span class="cut wrong" title={target.error}>
                  fails for <Ago at={wall(target.failing_since)} /> · {target.error}
                </span>
              )}
            </td>
            <td class="num end">{act?.(target)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

/** What is wrong now, and whether people know. */
export function ProblemTable({ problems, act }: Acting & Pick<AlertsView, 'problems'>) {
  return (
    <table class="table">
      <Head
        words={[
          ['Server', 'first'],
          ['What is wrong', ''],
          ['Since', 'w-time if-phone'],
          ['People', 'w-act'],
          ['Actions', 'w-act if-phone']
        ]}
      />
      <tbody>
        {problems.map((problem) => (
          <tr key={`${problem.server} ${problem.title} ${problem.since}`}>
            <td class="first">
              <span class="cut foreign">{problem.server}</span>
            </td>
            <td>
              <span class="cut foreign" title={[problem.title, problem.detail].filter(Boolean).join('. ')}>
                {problem.title}
              </span>
            </td>
            <td class="if-phone soft">
              <Ago at={wall(problem.since)} />
            </td>
            <td class="soft">{problem.silenced ? 'silenced' : problem.told ? 'told' : 'not told yet'}</td>
            <td class="if-phone num end">{act?.(problem.server)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

/** Of whom nobody is told now, and until when. */
export function SilenceTable({ silences, act }: Acting & Pick<AlertsView, 'silences'>) {
  return (
    <table class="table">
      <Head
        words={[
          ['Silent', 'first'],
          ['Ends in', 'w-time'],
          ['By', 'if-phone'],
          ['Actions', 'w-act']
        ]}
      />
      <tbody>
        {silences.map(({ id, server, tag, until, by, reason }) => (
          <tr key={id}>
            <td class="first">
              <span class="cut foreign">{server ?? (tag === undefined ? 'everything' : `@${tag}`)}</span>
            </td>
            <td>
              <Until at={wall(until) ?? 0} over="now" />
            </td>
            <td class="if-phone soft">
              <span class="cut foreign">{[by, reason].filter(Boolean).join(': ')}</span>
            </td>
            <td class="num end">{act?.(id)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

/** What was sent and what failed, newest first. */
export function DeliveryTable({ deliveries }: Pick<AlertsView, 'deliveries'>) {
  return (
    <table class="table">
      <Head
        words={[
          ['Message', 'first'],
          ['To', 'w-act'],
          ['When', 'w-time if-phone'],
          ['Result', '']
        ]}
      />
      <tbody>
        {deliveries.map(({ at, target, ok, title, by, error }, index) => (
          <tr key={index}>
            <td class="first">
              <span class="cut foreign" title={title}>
                {title}
              </span>
            </td>
            <td class="soft">
              <span class="cut foreign">{target}</span>
            </td>
            <td class="if-phone soft">
              <Ago at={wall(at)} word=" ago" />
            </td>
            <td>
              {ok ? (
                <span class="soft cut foreign">{by === undefined ? 'sent' : `sent by ${by}`}</span>
              ) : (
                <span class="cut wrong" title={error}>
                  {error}
                </span>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
