/** A process with a store that is killed in the middle of its work: `node victim.ts FOLDER`; it says `ready` and waits. */

import { openStore } from '../../src/store/store.ts'
import { member, SECRET } from './sample.ts'

const folder = process.argv[2] ?? ''
const store = await openStore({ folder, secrets: [SECRET] })
for (const name of ['web-1', 'web-2', 'web-3']) await store.members.put(member(name, store.vault))
await store.history.save([{ id: 'web-1', bytes: new Uint8Array(3_000) }])
await store.events.append([{ id: 1, at: '2026-11-28T08:00:00.000Z', type: 'peer.joined' }])
await store.members.change('web-2', (now) => ({ ...now, name: 'web-2-renamed' }))
await store.members.delete('web-3')
store.revoke(['digest-of-web-3'])
await store.members.put(member('web-4', store.vault))
process.stdout.write('ready\n')
setInterval(() => {}, 60_000)
