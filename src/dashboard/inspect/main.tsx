import './inspect.css'
import { render } from 'preact'
import { createApi } from '../lib/api.ts'
import { createGate } from '../lib/gate.ts'
import { placeLinks } from '../lib/place.ts'
import { createSession } from '../lib/session.ts'
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
