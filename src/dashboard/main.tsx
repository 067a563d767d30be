import './style.css'
import { render } from 'preact'
import { App } from './app.tsx'
import { createGate } from './lib/access/gate.ts'
import { placeLinks } from './lib/address/place.ts'
import { createDesk, DeskProvider } from './lib/desk.ts'
import { Boundary } from './parts/failures/boundary.tsx'

placeLinks()
const place = document.getElementById('app')
if (place) {
  const desk = createDesk(window)
  const gate = createGate(desk, window)
  render(
    <DeskProvider value={desk}>
      <Boundary>
        <App gate={gate} />
      </Boundary>
    </DeskProvider>,
    place
  )
  void gate.open()
}
