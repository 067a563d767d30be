/** The environment of a program that a test starts: nothing of this one's but where programs are and what was compiled. */
export const BARE: Readonly<Record<string, string>> = {
  PATH: process.env.PATH ?? '',
  ...(process.env.NODE_COMPILE_CACHE && { NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE })
}
