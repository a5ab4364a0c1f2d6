"""Everything that is paid for: ordered once, kept for ever, and told in money."""
