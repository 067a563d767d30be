/** What a connection turns into over which the side that opened it is asked (PROTOCOL §3). */
export const LINK_PROTOCOL = 'flatrun-reverse/1'
