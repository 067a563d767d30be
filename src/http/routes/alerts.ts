import { AlertTest } from '../../schemas/alert.ts'
import { operator } from '../access/access.ts'
import type { Services } from '../services.ts'
import { answers, type Routes } from './routes.ts'

export function alertRoutes(app: Routes, { alerts }: Pick<Services, 'alerts'>): void {
  app.post(
    '/api/alerts/test',
    {
      config: operator('cluster:write'),
      schema: {
        tags: ['events'],
        summary: 'Send a test message to every alert target now, and say what became of it',
        response: answers(AlertTest)
      }
    },
    async () => alerts.test()
  )
}
