import type { Grant } from '../../schemas/grant.ts'
import type { IntroductionPolicy } from '../../schemas/names.ts'
import type { Member } from '../../schemas/peer.ts'

/** What is done with whom a member introduces. */
export const policyOf = (
  { introductions }: Pick<Member, 'introductions'>,
  config: IntroductionPolicy
): IntroductionPolicy => introductions ?? config

/** What counts for whom it introduced: the same as for itself, unless the config says that nobody is to introduce. */
export const inheritedPolicy = ({ introductions }: Pick<Member, 'introductions'>, config: IntroductionPolicy) =>
  config === 'never' ? undefined : introductions

/**
 * The rights that two lists have in common. Limits and deployments are those of the narrower one: who introduces gives
 * nothing that it has not itself.
 */
export function inCommon(some: readonly Grant[], others: readonly Grant[]): Grant[] {
  return some.flatMap((grant) => {
    const other = others.find(({ capability }) => capability === grant.capability)
    if (!other) return []
    const deployments = narrower(grant.deployments, other.deployments)
    if (deployments?.length === 0) return []
    return [
      {
        capability: grant.capability,
        ...(deployments && { deployments }),
        ...least('max_cpu', grant, other),
        ...least('max_memory', grant, other),
        ...least('max_replicas', grant, other)
      }
    ]
  })
}

/** A grant without names reaches all. */
function narrower(some: readonly string[] = [], others: readonly string[] = []): string[] | undefined {
  if (some.length === 0) return others.length === 0 ? undefined : [...others]
  return others.length === 0 ? [...some] : some.filter((name) => others.includes(name))
}

function least<Limit extends 'max_cpu' | 'max_memory' | 'max_replicas'>(limit: Limit, one: Grant, other: Grant) {
  const limits = [one[limit], other[limit]].filter((value) => value !== undefined)
  return limits.length === 0 ? {} : { [limit]: Math.min(...limits) }
}
