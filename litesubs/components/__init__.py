"""The design system: the only place with class names. Components take values and handlers; they know no state."""
