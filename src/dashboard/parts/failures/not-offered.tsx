/** Where a node is too old, or of another make, to have what a panel shows. */
export function NotOffered({ what }: { what: string }) {
  return (
    <div class="empty">
      <h2>{what} is not offered by this server</h2>
      <p>It runs a version, or a configuration, without it. Nothing is wrong with the rest.</p>
    </div>
  )
}
