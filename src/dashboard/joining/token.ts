import { field, number, text } from '../lib/data/reading.ts'

/** What a pasted token says, before anything is asked of anybody. */
export interface Said {
  from: string
  /** When it ends, in wall milliseconds. */
  until: number
}

/** Without what mails and terminals put in between: blanks, line breaks, characters without width. */
export const bareToken = (pasted: string) => pasted.replace(/[\s\u200b-\u200d\u2060]+/g, '')

/** Undefined for a token that tells nothing: plain FlatRun's, or one that was cut. Whether it is whole, the node looks. */
export function saidBy(token: string): Said | undefined {
  const [kind, body = ''] = token.split('.')
  if (kind !== 'frc1') return undefined
  try {
    const bytes = Uint8Array.from(atob(body.replaceAll('-', '+').replaceAll('_', '/')), (letter) =>
      letter.charCodeAt(0)
    )
    const content: unknown = JSON.parse(new TextDecoder().decode(bytes))
    const until = number(field(content, 'exp'))
    return until === undefined ? undefined : { from: text(field(content, 'name')), until: until * 1000 }
  } catch {
    return undefined
  }
}
