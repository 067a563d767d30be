export function Servers() {
  return <h1>Servers</h1>
}
