/** The part of a range that has figures: a young node's chart is not an empty plane with a line at its edge. */
export function begun({ from, to, first }: { from: number; to: number; first: number | undefined }): number {
  const span = to - from
  if (first === undefined || first <= from + span / 12) return from
  return Math.max(from, Math.min(first, to - span / 30))
}
