export function Machines() {
  return <h1>Machines</h1>
}
