"""Work that waits in the outbox: handlers by topic, a loop that claims and does it."""
