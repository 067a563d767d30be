import type { ComponentType } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { Frame } from './frame.tsx'
import type { Gate } from './lib/access/gate.ts'
import { useResource } from './lib/data/resource.ts'
import { useDesk } from './lib/desk.ts'
import { FaultNotice } from './parts/failures/fault.tsx'
import { Screen } from './screen.tsx'

/** From a fresh page to the dashboard: sign in where a key is needed, set clustering up where it is off. */
export function App({ gate }: { gate: Gate }) {
  switch (gate.stage.value) {
    case 'starting':
      return <div aria-busy="true" />
    case 'no-answer':
      return (
        <main class="alone">
          <h1>This server does not answer</h1>
          <p class="soft">The page is from memory. It asks again every five seconds.</p>
        </main>
      )
    case 'sign-in':
      return <Locked gate={gate} />
    default:
      return <SignedIn gate={gate} />
  }
}

/** Whoever is signed in has no use for the form. */
function Locked({ gate }: { gate: Gate }) {
  const [Form, setForm] = useState<ComponentType<{ gate: Gate }>>()
  useEffect(() => {
    void import('./screens/sign-in.tsx').then(({ SignIn }) => setForm(() => SignIn))
  }, [])
  return Form ? <Form gate={gate} /> : <div aria-busy="true" />
}

function SignedIn({ gate }: { gate: Gate }) {
  const { status, who } = useDesk()
  useResource(status)
  useResource(who.me)
  const known = status.data.value
  if (!known) {
    return (
      <main class="alone">
        <FaultNotice of={status} what="the cluster's status" />
      </main>
    )
  }
  return known.enabled ? <Clustered gate={gate} /> : <Screen name="first-run" />
}

function Clustered({ gate }: { gate: Gate }) {
  const { peers, stats, deployments, live } = useDesk()
  useResource(peers)
  useResource(stats)
  useResource(deployments)
  useEffect(() => {
    const leaving = new AbortController()
    void live.run(leaving.signal)
    return () => leaving.abort()
  }, [])
  return <Frame unlocked={gate.keyNeeded.value === false} />
}
