"""Who may be given what: roles of patron.toml, the caller as the system knows them, and what a role does not see."""
