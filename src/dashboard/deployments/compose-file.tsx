import { useMemo } from 'preact/hooks'
import { notOffered } from '../lib/access/fault.ts'
import { createResource, useResource } from '../lib/data/resource.ts'
import { FaultNotice } from '../parts/failures/fault.tsx'
import { NotOffered } from '../parts/failures/not-offered.tsx'
import { Code } from '../parts/forms/copy.tsx'
import type { Operations } from './operations.ts'

/** The compose file, to read and to take along. */
export function ComposeFile({ tools }: { tools: Operations }) {
  const file = useMemo(() => createResource<string>({ load: tools.compose }), [tools])
  useResource(file)
  if (file.fault.value && notOffered(file.fault.value)) return <NotOffered what="The compose file" />
  return (
    <>
      <FaultNotice of={file} what="the compose file" />
      {file.data.value !== undefined && <Code text={file.data.value} label="the compose file" />}
    </>
  )
}
