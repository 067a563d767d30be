export function Peers() {
  return <h1>Peers</h1>
}
