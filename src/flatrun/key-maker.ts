import { randomToken } from '../security/tokens.ts'
import { numberOf } from '../untyped.ts'
import type { FlatRunAgent, Told } from './agent.ts'
import { FlatRunKeyRefused } from './faults.ts'
import type { Mode, Rights } from './rights.ts'
import { FOR_WRITERS } from './standing.ts'
import { errorOf, row, rows, textOf } from './untyped.ts'

/** FlatRun's own name for whom its peers' keys belong to, and the role that brings no rights by itself. */
const USER = '__flatrun_cluster'
const ROLE = 'service'
/** By which keys of this agent are told from others in FlatRun's list. */
const NAME = 'flatrun-cluster: '

/** Makes and revokes FlatRun's API keys (`/api/apikeys`), with an admin key of FlatRun's. */
export function createKeyMaker(ask: FlatRunAgent['ask'], adminKey: string) {
  const asAdmin: FlatRunAgent['ask'] = (question) => ask({ ...question, token: adminKey })
  const user = createUser(asAdmin)

  async function request(name: string, { permissions, deployments }: Rights, mode: Mode): Promise<Told> {
    const body = { name: NAME + name, description: DESCRIPTION, permissions, user_id: await user.id() }
    const post = (more: object) => asAdmin({ method: 'POST', path: '/api/apikeys', body: { ...body, ...more } })
    if (deployments === undefined) return post({})
    const answer = await post({ deployments: Object.fromEntries(deployments.map((one) => [one, mode])) })
    // An older one knows names alone.
    return answer.status === 400 ? post({ deployments }) : answer
  }

  async function revoke(id: number): Promise<void> {
    const { status } = await asAdmin({ method: 'DELETE', path: `/api/apikeys/${id}` })
    if (status !== 200 && status !== 204 && status !== 404)
      throw new FlatRunKeyRefused(`it answered ${status} to a removal`)
  }

  return {
    revoke,

    /** @throws FlatRunKeyRefused, FlatRunDown */
    async make(name: string, rights: Rights, mode: Mode): Promise<{ id: number; key: string }> {
      const answer = await request(name, rights, mode)
      // The user may be gone, as after a restored database: the next one asks for it again.
      if (answer.status !== 201) user.forget()
      const made = row(expected(answer, 201).api_key)
      const [id, key] = [numberOf(made.id), textOf(made.key)]
      if (id === 0 || key === '') throw new FlatRunKeyRefused('its answer holds no key')
      // A key of ours must not be able to change a cluster: one that can is an admin's.
      const { status } = await ask({ path: FOR_WRITERS, token: key })
      if (status === 403) return { id, key }
      await revoke(id)
      throw new FlatRunKeyRefused('the key that it made may do more than was asked for')
    },

    /** The ids of keys that this agent made. */
    async made(): Promise<number[]> {
      const { api_keys } = expected(await asAdmin({ path: '/api/apikeys' }), 200)
      return rows(api_keys).flatMap(({ id, name }) => (textOf(name).startsWith(NAME) ? [numberOf(id)] : []))
    }
  }
}

/** FlatRun treats every key of an admin's as an admin. So these belong to a user without any rights. */
function createUser(asAdmin: FlatRunAgent['ask']) {
  let known: number | undefined

  async function find(): Promise<number> {
    const listed = expected(await asAdmin({ path: '/api/users' }), 200)
    const found = rows(listed.users).find(({ username }) => username === USER)
    if (found && found.role !== ROLE) throw new FlatRunKeyRefused(`its user ${USER} has another role than ${ROLE}`)
    return numberOf((found ?? (await make())).id)
  }

  /** An older one has no such role; a viewer's would bring rights that no grant of the peer's says. */
  async function make() {
    const answer = await asAdmin({ method: 'POST', path: '/api/users', body: SERVICE_USER() })
    if (answer.status === 400) throw new FlatRunKeyRefused(TOO_OLD)
    return row(expected(answer, 201).user)
  }

  return {
    async id(): Promise<number> {
      known ??= await find()
      return known
    },
    forget(): void {
      known = undefined
    }
  }
}

export type KeyMaker = ReturnType<typeof createKeyMaker>

const DESCRIPTION = 'Made by flatrun-cluster, which revokes it'
const TOO_OLD = `it is too old, and has no users of the role ${ROLE}; update it to FlatRun 0.4 or newer`
/** Nobody ever signs in with it. */
const SERVICE_USER = () => ({ username: USER, password: randomToken(), role: ROLE, email: '' })

function expected(answer: Told, status: number): Record<string, unknown> {
  if (answer.status === status || answer.status === 200) return row(answer.body)
  if (answer.status === 401) throw new FlatRunKeyRefused('it does not know the key of flatrun.api_key')
  throw new FlatRunKeyRefused(errorOf(answer)?.slice(0, 200) ?? `it answered ${answer.status}`)
}
