export function Peer({ name }: { name: string }) {
  return <h1>{name}</h1>
}
