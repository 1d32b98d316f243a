"""The door to data: the only writer of records. Validate, authorise, compute, write, audit, outbox, in one transaction."""
