"""Tables, DDL plans, units of work, outbox. No opinion on who may see what."""
