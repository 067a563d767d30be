import './style.css'
import { render } from 'preact'
import { App } from './app.tsx'
import { createDesk, DeskProvider } from './lib/desk.ts'
import { createGate } from './lib/gate.ts'

const place = document.getElementById('app')
if (place) {
  const desk = createDesk(window)
  const gate = createGate(desk, window)
  render(
    <DeskProvider value={desk}>
      <App gate={gate} />
    </DeskProvider>,
    place
  )
  void gate.open()
}
