import type { Invitation } from '../../../security/invite-token.ts'
import { CliFault, EXIT } from '../../exit.ts'
import { readText } from '../../fields.ts'
import type { Io } from '../../io.ts'

/** Loaded when it is wanted: its schemas are more than all commands together. */
const tokens = () => import('../../../security/invite-token.ts')

/** @throws CliFault in the words of the token's reader. */
export async function readInvite(token: string): Promise<Invitation> {
  const { BadToken, readInvitation } = await tokens()
  try {
    return readInvitation(token)
  } catch (error) {
    if (error instanceof BadToken) throw new CliFault(EXIT.failed, `this token ${error.message}`)
    throw error
  }
}

/** A token from the arguments, from stdin, or from the person: pasted over several lines it is still one. */
export async function tokenOf(given: string | undefined, io: Io, file = ''): Promise<string> {
  const text = await said()
  const token = (await tokens()).bareToken(text)
  if (token === '')
    throw new CliFault(EXIT.usage, 'no token was given', 'As an argument, with --from FILE, or - for stdin')
  return token

  async function said(): Promise<string> {
    if (file !== '') return readText(file)
    if (given === '-') return (await io.piped()) ?? ''
    if (given !== undefined) return given
    return io.interactive ? io.ask('Token: ', { hidden: true }) : ''
  }
}
