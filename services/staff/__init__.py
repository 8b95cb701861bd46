"""Staff: accounts, sessions, second factors, whose area is whose, the work list."""
