/** Three servers, joined. */
export function Mark() {
  return (
    <svg viewBox="0 0 20 20" fill="none" stroke="currentColor" stroke-width="1.7" aria-hidden="true">
      <path d="M10 5.6 5.2 13.2h9.6z" opacity="0.55" />
      <g fill="currentColor" stroke="none">
        <circle cx="10" cy="4.6" r="2.9" />
        <circle cx="4.4" cy="14.2" r="2.9" />
        <circle cx="15.6" cy="14.2" r="2.9" />
      </g>
    </svg>
  )
}
