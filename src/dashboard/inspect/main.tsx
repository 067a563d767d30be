import './inspect.css'
import { render } from 'preact'
import { createApi } from '../lib/access/api.ts'
import { createGate } from '../lib/access/gate.ts'
import { createSession } from '../lib/access/session.ts'
import { placeLinks } from '../lib/address/place.ts'
import { InspectPage } from './page.tsx'

placeLinks()
const place = document.getElementById('inspect')
const inspectorUrl = document.querySelector<HTMLMetaElement>('meta[name=inspector]')?.content
if (place && inspectorUrl) {
  const session = createSession({ tab: sessionStorage, browser: localStorage })
  const api = createApi({ token: () => session.token.value, refused: session.end })
  const gate = createGate({ api, session }, window)
  render(<InspectPage api={api} gate={gate} page={window} inspectorUrl={inspectorUrl} />, place)
  void gate.open()
}
