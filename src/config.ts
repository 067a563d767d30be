export type { ApiKey, Config, Entry, Tls } from './config/shape.ts'
