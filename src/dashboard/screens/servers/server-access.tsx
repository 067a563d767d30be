import { useEffect, useState } from 'preact/hooks'
import type { Grant } from '../../../schemas/grant.ts'
import { segment } from '../../lib/access/api.ts'
import { asFault, type Fault } from '../../lib/access/fault.ts'
import { useDesk } from '../../lib/desk.ts'

/** `idle`: nothing here asks for it yet, so it is shown only where it was granted, to be taken back. */
const CAPABILITIES = [
  ['fleet.read', 'See this server and its peers', 'names, states and addresses'],
  ['deployments.read', 'See deployments and containers', 'their services, images, ports and logs'],
  ['deployments.run', 'Start, stop and restart deployments', 'changes what runs here'],
  ['deployments.manage', 'Create and delete deployments', 'where FlatRun’s agent can; here the same as to run them'],
  ['capacity.read', 'See CPU, memory and disk', ''],
  ['capacity.offer', 'Offer capacity', 'nothing here asks for it yet', 'idle'],
  ['events.publish', 'Publish events', 'nothing here asks for it yet', 'idle'],
  ['routing.manage', 'Manage routing', 'nothing here asks for it yet', 'idle']
] as const

/** The capabilities that a peer's key has on this server. */
export function ServerAccess({ name }: { name: string }) {
  const { api, toasts, who } = useDesk()
  const path = `/cluster/peers/${segment(name)}/policy`
  const [grants, setGrants] = useState<readonly Grant[]>()
  const [stored, setStored] = useState<readonly Grant[]>([])
  const [fault, setFault] = useState<Fault>()

  function take(policy: { grants: readonly Grant[] }) {
    setGrants(policy.grants)
    setStored(policy.grants)
  }
  useEffect(() => {
    const leaving = new AbortController()
    api.get<{ grants: Grant[] }>(path, leaving.signal).then(take, (thrown: unknown) => {
      if (!leaving.signal.aborted) setFault(asFault(thrown))
    })
    return () => leaving.abort()
  }, [name])

  async function save(event: SubmitEvent) {
    event.preventDefault()
    try {
      take(await api.put<{ grants: Grant[] }>(path, { grants }))
      setFault(undefined)
      toasts.show('Saved. It counts from the next request on.')
    } catch (thrown) {
      setFault(asFault(thrown))
    }
  }

  const problem = fault && (
    <p class="notice bad" role="alert">
      {fault.message}
    </p>
  )
  // What is not known is not shown as forbidden.
  if (!grants) return problem || <div class="late" aria-busy="true" />
  const has = (capability: string) => grants.some((grant) => grant.capability === capability)
  const changed = JSON.stringify(grants) !== JSON.stringify(stored)
  return (
    <form class="stack policy" onSubmit={save}>
      <p class="soft">
        What <b class="foreign">{name}</b> may do on this server with its key. Whatever is chosen, it can never invite,
        join, remove or change peers here.
      </p>
      {problem}
      <ul>
        {CAPABILITIES.filter(
          ([capability, , , idle]) => !idle || stored.some((grant) => grant.capability === capability)
        ).map(([capability, word, hint]) => {
          const limited = grants.find((grant) => grant.capability === capability)?.deployments
          return (
            <li key={capability}>
              <label class="tick">
                <input
                  type="checkbox"
                  disabled={!who.mayChange()}
                  checked={has(capability)}
                  onChange={() =>
                    setGrants(
                      has(capability)
                        ? grants.filter((grant) => grant.capability !== capability)
                        : [...grants, { capability }]
                    )
                  }
                />
                <span>
                  {word}
                  {limited && <span class="faint"> · only {limited.join(', ')}</span>}
                  {hint && <span class="faint"> · {hint}</span>}
                </span>
              </label>
            </li>
          )
        })}
      </ul>
      <footer>
        <button type="submit" class="button main" disabled={!changed || !who.mayChange()}>
          Save
        </button>
      </footer>
    </form>
  )
}
