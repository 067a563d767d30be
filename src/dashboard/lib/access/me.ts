import { field, list, text } from '../data/reading.ts'
import { createResource } from '../data/resource.ts'
import type { Api } from './api.ts'

/** Who is signed in, and what the node lets them do. Until that is known, everything is offered: the node decides. */
export function createMe(api: Api) {
  const me = createResource<{ name: string; permissions: readonly string[] | undefined }>({
    load: async (signal) => {
      const answer = await api.get('/users/me', signal)
      const permissions = field(answer, 'permissions')
      return {
        name: text(field(answer, 'user', 'username')),
        permissions: permissions === undefined ? undefined : list(permissions).map(text)
      }
    }
  })
  const may = (permission: string) => me.data.value?.permissions?.includes(permission) ?? true
  return { me, mayChange: () => may('cluster:write'), mayRun: () => may('deployments:write') }
}
