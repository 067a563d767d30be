import { useState } from 'preact/hooks'
import type { PreflightCheck } from '../../schemas/joining/joining.ts'
import { asFault, type Fault } from '../lib/access/fault.ts'
import { useDesk } from '../lib/desk.ts'
import { against, checksBefore, type JoinWish } from './steps-of-join.ts'

export type Stage = 'asking' | 'checking' | 'blocked' | 'joining' | 'failed' | 'joined'

/** One try to join: first what would fail, while nothing is spent, then the join. */
export function useAttempt() {
  const { api, peers } = useDesk()
  const [stage, setStage] = useState<Stage>('asking')
  const [checks, setChecks] = useState<readonly PreflightCheck[]>([])
  const [fault, setFault] = useState<Fault>()
  const [name, setName] = useState('')

  async function begin(wish: JoinWish): Promise<void> {
    setFault(undefined)
    setChecks([])
    setStage('checking')
    try {
      const found = await checksBefore(api, wish)
      setChecks(found)
      if (against(found).length > 0) return setStage('blocked')
      setStage('joining')
      const answer = await api.post<{ peer_name: string }>('/cluster/accept', wish)
      setName(answer.peer_name)
      setStage('joined')
      peers.refresh()
    } catch (thrown) {
      setFault(asFault(thrown))
      setStage('failed')
    }
  }

  const peer = peers.data.value?.find((one) => one.name === name)
  return { begin, stage, checks, fault, name, answers: peer?.state === 'online', pending: peer?.state === 'pending' }
}
