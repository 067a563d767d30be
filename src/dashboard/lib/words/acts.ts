import type { AuditEntry } from '../../../schemas/audit.ts'

type Act = Pick<AuditEntry, 'what' | 'result' | 'times'> & { target?: string | undefined }

/** What requests mean, by method and route; what is not here is told as it was asked. */
const WORDS: readonly (readonly [RegExp, string])[] = [
  [/^POST \/api\/auth\/login$/, 'signed in'],
  [/^DELETE \/api\/auth\/session$/, 'signed out'],
  [/^POST \/api\/auth\/ticket$/, 'made a link that signs in'],
  [/^POST \/api\/cluster\/invite$/, 'made an invite'],
  [/^DELETE \/api\/cluster\/invites\/:id$/, 'revoked an invite'],
  [/^POST \/api\/cluster\/(accept|exchange|confirm|peer)$/, 'joined servers'],
  [/^POST \/api\/cluster\/setup$/, 'turned clustering on'],
  [/^DELETE \/api\/cluster\/peers\/:name$/, 'removed a server'],
  [/^POST \/api\/cluster\/peers\/:name\/approve$/, 'let a server in'],
  [/^POST \/api\/cluster\/peers\/:name\/check$/, 'had a server checked'],
  [/^PUT \/api\/cluster\/peers\/:name\/policy$/, 'changed what a server may do'],
  [/^PUT \/api\/cluster\/peers\/:name\/tags$/, 'changed the tags of a server'],
  [/^POST \/api\/cluster\/rollouts$/, 'began a restart on several servers'],
  [/^POST \/api\/cluster\/rollouts\/:id\/stop$/, 'stopped a restart on several servers'],
  [/^POST \/api\/(?:.*\/)?deployments\/:name\/(start|stop|restart)$/, 'had a deployment operated'],
  [/^PUT \/api\/alerts$/, 'changed the alerts'],
  [/^POST \/api\/alerts\/silences$/, 'silenced alerts'],
  [/^DELETE \/api\/alerts\/silences\/:id$/, 'ended a silence'],
  [/^POST \/api\/alerts\/test$/, 'sent a test message']
]

/** Who did what, as a sentence without its subject; refused and failed attempts say so. */
export function actOf({ what, target, result, times }: Act): string {
  const word = WORDS.find(([pattern]) => pattern.test(what))?.[1] ?? what
  const about = target === undefined ? '' : `: ${target}`
  const ended = result >= 500 ? `, which failed (${result})` : result >= 400 ? `, which was refused (${result})` : ''
  return `${word}${about}${ended}${times > 1 ? `, ${times} times` : ''}`
}
