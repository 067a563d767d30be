/** The part of a range that has figures: a young node's chart is not an empty plane with a line at its edge. */
export function begun({ from, to, first }: { from: number; to: number; first: number | undefined }): number {
  const span = to - from
  if (first === undefined || first <= from + span / 12) return from
  return Math.max(from, Math.min(first, to - span / 30))
}

/**
 * The labels of an axis: none of two that read alike is written twice, and none is left out that differs. Where figures are
 * so small that they all round to one, what is between them is no label.
 */
export const labelled = (values: readonly number[], format: (value: number) => string): string[] =>
  values.map(format).map((label, index, labels) => (labels.indexOf(label) === index ? label : ''))

interface Course {
  times: readonly number[]
  values: readonly (number | undefined)[]
}

/** Times without checks as holes: a line through them would tell of answers that nobody asked for. */
export function withHoles({ times, values }: Course): { times: number[]; values: (number | undefined)[] } {
  const steps = times.slice(1).map((at, index) => at - (times[index] ?? at))
  const usual = steps.toSorted((a, b) => a - b)[Math.floor(steps.length / 2)] ?? 0
  const course: { times: number[]; values: (number | undefined)[] } = { times: [], values: [] }
  for (const [index, at] of times.entries()) {
    const before = times[index - 1]
    if (before !== undefined && at - before > 3 * usual) {
      course.times.push(before + usual)
      course.values.push(undefined)
    }
    course.times.push(at)
    course.values.push(values[index])
  }
  return course
}

/** How something went that has a name; the values are as long as `at`. */
export interface NamedCourse {
  name: string
  /** Wall milliseconds, rising. */
  at: readonly number[]
  values: readonly (number | undefined)[]
}

/** Several courses on one axis: the times of all, and for each a value or a hole at every one of them. */
export function aligned(
  courses: readonly NamedCourse[],
  { from, to, stepMs }: { from: number; to: number; stepMs: number }
) {
  const count = Math.max(2, Math.ceil((to - from) / stepMs))
  const times = Array.from({ length: count }, (_, index) => from + (index + 1) * stepMs)
  const lines = courses.map(({ name, at, values: seen }) => {
    const values: (number | undefined)[] = Array.from({ length: count })
    for (const [index, moment] of at.entries()) {
      const slot = Math.floor((moment - from) / stepMs)
      if (slot >= 0 && slot < count) values[slot] = seen[index]
    }
    return { name, values: bridged(values) }
  })
  return { times, lines }
}

/** A look that came a moment late is no hole: one missing value between two is what stood before it. */
function bridged(values: readonly (number | undefined)[]): (number | undefined)[] {
  return values.map((value, index) =>
    value === undefined && values[index + 1] !== undefined ? values[index - 1] : value
  )
}
