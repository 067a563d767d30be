import type { DeploymentService } from '../../schemas/deployments/deployment.ts'
import { Glyph, StatusMark } from '../parts/state.tsx'
import { isUp } from './images.ts'
import { portWords } from './ports.ts'

/** What a deployment consists of; `old` when nobody knows how it is now. */
export function Services({ services, old }: { services: readonly DeploymentService[]; old: boolean }) {
  if (services.length === 0) return <p class="soft">Its compose file names no services.</p>
  return (
    <table class="table">
      <thead>
        <tr>
          <th class="first">Service</th>
          <th class="w-state">State</th>
          <th>Image</th>
          <th class="if-phone">Ports</th>
          <th class="w-time if-mid">Container</th>
        </tr>
      </thead>
      <tbody>
        {services.map((service) => (
          <tr key={service.name} class={old ? 'old' : ''}>
            <td class="first">
              <span class="name cut foreign">{service.name}</span>
            </td>
            <td class="end">
              {old && <StatusMark status="unknown" />}
              <span
                hidden={old}
                class={`state tone-${isUp(service) ? (service.health === 'unhealthy' ? 'warn' : 'good') : 'none'}`}
              >
                <Glyph shape={isUp(service) ? (service.health === 'unhealthy' ? 'half' : 'full') : 'square'} />
                <span class="foreign">{service.health === 'unhealthy' ? 'unhealthy' : service.status}</span>
                {service.replicas && (
                  <span class="soft">
                    {service.replicas.running} of {service.replicas.total}
                  </span>
                )}
              </span>
            </td>
            <td>
              <span class="cut foreign" title={service.image}>
                {service.image || '–'}
              </span>
              {service.status_reason && <span class="small foreign wrong">{service.status_reason}</span>}
            </td>
            <td class="if-phone">
              <span class="cut foreign soft">{service.ports?.map(portWords).join(', ') || '–'}</span>
            </td>
            <td class="if-mid">
              <span class="cut mono soft foreign">{service.container_id.slice(0, 12) || '–'}</span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
