import type { ComponentChildren } from 'preact'

/** A short list under its heading; the last column is for what can be done. */
export function ShortTable(props: {
  title: string
  columns: readonly (readonly [word: string, look: string])[]
  children: ComponentChildren
}) {
  return (
    <>
      <div class="section">
        <h2>{props.title}</h2>
      </div>
      <table class="table">
        <thead>
          <tr>
            {props.columns.map(([word, look]) => (
              <th key={word} class={look}>
                {word}
              </th>
            ))}
            <th class="w-act">
              <span class="unseen">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>{props.children}</tbody>
      </table>
    </>
  )
}
