"""Sign-in, sessions, tokens, invitations, password reset. Who somebody is, never what he may do."""
